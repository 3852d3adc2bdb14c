// Genuine callbacks, made before the clock starts: sealed and signed as WeCom does, no two alike, bodies of 500 bytes to 2 KB.

import Crypto
import HTTP
import WeCom

struct CallbackMaker: ~Copyable {
    /// Bytes of a request's body.
    static let bodySizes = 500...2048
    /// Accounts spread over partitions as they do in life; one for each partition is enough for that.
    static let sourceCount = 16
    static func source(_ number: Int) -> String { "bench-\(number % sourceCount)" }

    private let pair: CallbackCredentials.Pair
    private let receiveID: [UInt8]
    private let port: UInt16
    private let seconds: Int64
    /// Seeded anew for each run: many numbers are needed, and fast, and none of them guards anything.
    private var random: RandomSource
    private var cipher: EnvelopeCipher
    /// Above WeCom's smallest, and of this run alone.
    private let firstMessageID: UInt64

    private static let agentID = Array("1000002".utf8)
    private static let words = ["退款", "订单", "您好", "invoice", "delivery", "谢谢", "order 20931", "投诉", "ok", "明天见"]

    init(token: String, key: String, receiveID: String, port: UInt16) throws {
        // All that can throw comes first: a value that cannot be copied is made whole or not at all.
        let pair = CallbackCredentials.Pair(token: token, key: try EncodingAESKey(key))
        let cipher = try EnvelopeCipher()
        var system = RandomSource.system
        random = RandomSource.seeded(system.next())
        self.pair = pair
        self.cipher = cipher
        self.receiveID = Array(receiveID.utf8)
        self.port = port
        seconds = wallSeconds()
        firstMessageID = random.next() >> 2 | 1 << 61
    }

    /// A whole request. `number` comes back in the webhook: see `number(in:)`.
    mutating func request(_ number: Int) throws -> [UInt8] {
        let nonce = Array("\(random.next() >> 32)\(number)".utf8)
        let size = Int.random(in: Self.bodySizes, using: &random)
        let sealed = try cipher.seal(
            message(number, room: (size - wrapperSize) / 4 * 3), receiveID: receiveID, with: pair, timestamp: seconds,
            nonce: nonce, random: random.bytes())
        let target = "/callback/\(Self.source(number))?" + String(decoding: sealed.query(), as: UTF8.self)
        let writer = try RequestWriter(.post, target: target, authority: "127.0.0.1:\(port)")
        var fields = FieldBlock()
        fields.add(.xml)
        var request: [UInt8] = []
        writer.append(
            fields, body: sealed.callbackXML(toUserName: receiveID, agentID: Self.agentID), to: &request)
        return request
    }

    /// What stands around the Encrypt element's base64.
    private var wrapperSize: Int {
        "<xml><ToUserName><![CDATA[]]></ToUserName><Encrypt><![CDATA[]]></Encrypt><AgentID><![CDATA[]]></AgentID></xml>"
            .utf8.count + receiveID.count + Self.agentID.count
    }

    /// A text message that fills an envelope of about `room` bytes.
    private mutating func message(_ number: Int, room: Int) -> [UInt8] {
        // 16 random bytes, 4 of length, the receiveid, up to 32 of padding.
        let room = room - 52 - receiveID.count
        var message = Array("<xml><ToUserName><![CDATA[".utf8) + receiveID
        message += Array("]]></ToUserName><FromUserName><![CDATA[user\(number % 1000)]]></FromUserName>".utf8)
        message += Array(
            "<CreateTime>\(seconds)</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[".utf8)
        message += Array("#\(number)#".utf8)
        let end = Array(
            "]]></Content><MsgId>\(firstMessageID + UInt64(number))</MsgId><AgentID>1000002</AgentID></xml>".utf8)
        while true {
            let word = Self.words[Int(random.next() % UInt64(Self.words.count))]
            guard message.count + word.utf8.count + 1 + end.count <= room else { break }
            message += word.utf8
            message.append(UInt8(ascii: " "))
        }
        return message + end
    }

    /// The number that a delivered event tells.
    static func number(in event: Span<UInt8>) -> Int? {
        var start: Int?
        for index in event.indices {
            let byte = event[index]
            if byte == UInt8(ascii: "#") {
                if let start, index > start { return decimal(event.extracting(start..<index)) }
                start = index + 1
            } else if start != nil, !(0x30...0x39).contains(byte) {
                start = nil
            }
        }
        return nil
    }

    private static func decimal(_ digits: Span<UInt8>) -> Int? {
        guard digits.count < 10 else { return nil }
        var value = 0
        for index in digits.indices { value = value * 10 + Int(digits[index] - 0x30) }
        return value
    }
}
