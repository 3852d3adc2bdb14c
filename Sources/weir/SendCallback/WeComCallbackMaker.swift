// Callbacks as WeCom sends them: an inner document, sealed and signed with the settings of the console (WECOM.md 1.2, 1.3).

import Codec
import Crypto
import HTTP
import WeCom

struct WeComCallbackMaker: CallbackMaker {
    let pair: CallbackCredentials.Pair
    let receiveID: [UInt8]
    let content: CallbackContent
    /// The check that WeCom makes when its console saves a URL, instead of a message.
    let verifies: Bool

    /// An app as the console numbers them; sources do not tell theirs.
    fileprivate static let agentID = "1000002"

    func callback(number: Int, at seconds: Int64) throws(CommandError) -> OutgoingCallback {
        var random = RandomSource.system
        let nonce = Array(String(random.next() >> 32).utf8)
        if verifies {
            let echo = Array(String(random.next() >> 1).utf8)
            let sealed = try seal(echo, seconds, nonce, &random)
            return OutgoingCallback(
                method: .get, query: String(decoding: sealed.query(echo: true), as: UTF8.self), expectedAnswer: echo)
        }
        let inner = WeComDocument(content: content, receiveID: receiveID, number: number, seconds: seconds)
        let sealed = try seal(inner.bytes(&random), seconds, nonce, &random)
        var fields = FieldBlock()
        fields.add(content.kind == .bot ? .json : .xml)
        return OutgoingCallback(
            query: String(decoding: sealed.query(), as: UTF8.self), fields: fields,
            body: content.kind == .bot
                ? sealed.callbackJSON() : sealed.callbackXML(toUserName: receiveID, agentID: Array(Self.agentID.utf8)))
    }

    private func seal(
        _ message: [UInt8], _ seconds: Int64, _ nonce: [UInt8], _ random: inout RandomSource
    ) throws(CommandError) -> SealedEnvelope {
        do {
            var cipher = try EnvelopeCipher()
            return try cipher.seal(
                message, receiveID: receiveID, with: pair, timestamp: seconds, nonce: nonce, random: random.bytes())
        } catch {
            throw .failed("the callback cannot be sealed: \(error)")
        }
    }
}

/// What is inside the envelope.
private struct WeComDocument {
    let content: CallbackContent
    let receiveID: [UInt8]
    let number: Int
    let seconds: Int64

    private var sender: String { content.from ?? "zhangsan" }

    func bytes(_ random: inout RandomSource) -> [UInt8] {
        // As large as WeCom's, whose ids do not fit into a double.
        let id = random.next() >> 1 | 1 << 62
        if content.kind == .bot { return botMessage(id) }
        var xml = "<xml>"
        func add(_ name: String, _ value: String) { xml += "<\(name)>\(Self.escaped(value))</\(name)>" }
        add("ToUserName", String(decoding: receiveID, as: UTF8.self))
        add("FromUserName", sender)
        add("CreateTime", String(seconds))
        switch content.kind {
        case .event(let name):
            add("MsgType", "event")
            add("Event", name)
            // Events have no id. Without a difference, those of one second would be one event, sent again.
            add("EventKey", "send-callback-\(number)")
        case .image:
            add("MsgType", "image")
            add("PicUrl", "https://wework.qpic.cn/wwpic/send-callback-\(id)/0")
            add("MediaId", "send-callback-\(id)")
            add("MsgId", String(id))
        case .text, .bot:
            add("MsgType", "text")
            add("Content", content.text)
            add("MsgId", String(id))
        }
        add("AgentID", WeComCallbackMaker.agentID)
        return Array((xml + "</xml>").utf8)
    }

    private func botMessage(_ id: UInt64) -> [UInt8] {
        let message: JSONValue = [
            "msgid": .string(String(id)), "aibotid": "send-callback", "chattype": "single",
            "from": ["userid": .string(sender)], "msgtype": "text", "text": ["content": .string(content.text)],
        ]
        return message.bytes
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
