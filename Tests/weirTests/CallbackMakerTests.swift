import Codec
import Crypto
import Gateway
import HTTP
import Telemetry
import Testing
import WeCom

@testable import weir

@Suite struct CallbackMakerTests {
    private static let key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"

    private func maker(_ kind: CallbackKind, _ text: String = "hello", verifies: Bool = false) throws
        -> WeComCallbackMaker
    {
        WeComCallbackMaker(
            pair: .init(token: "QDG6eK", key: try EncodingAESKey(Self.key)), receiveID: Array("ww01".utf8),
            content: CallbackContent(kind: kind, text: text, from: "lisi"), verifies: verifies)
    }

    private func opened(_ callback: OutgoingCallback) throws -> String {
        var values: [String: String] = [:]
        for pair in (callback.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            var value: [UInt8] = []
            try Percent.decode(Array(parts[1].utf8).span, appendingTo: &value)
            values[String(parts[0])] = String(decoding: value, as: UTF8.self)
        }
        let inspection = try EnvelopeInspector.open(
            values["echostr"].map { Array($0.utf8) } ?? callback.body,
            .init(
                token: "QDG6eK", key: Self.key, receiveIDs: ReceiveIDs(["ww01"]), signature: values["msg_signature"],
                timestamp: values["timestamp"], nonce: values["nonce"]))
        #expect(inspection.fault == nil, "\(inspection)")
        return String(decoding: inspection.opened?.message ?? [], as: UTF8.self)
    }

    @Test("a callback is signed and sealed for its source, and no text can break out of its element")
    func text() throws {
        let message = try opened(maker(.text, "a]]></Content><b>&").callback(number: 1, at: 1_795_473_180))
        #expect(message.contains("<FromUserName>lisi</FromUserName><CreateTime>1795473180</CreateTime>"))
        #expect(message.contains("<Content>a]]&gt;&lt;/Content&gt;&lt;b&gt;&amp;</Content>"))
    }

    @Test("events of one run differ, since equal ones are one event sent again")
    func events() throws {
        let first = try opened(maker(.event("enter_agent")).callback(number: 1, at: 1))
        let second = try opened(maker(.event("enter_agent")).callback(number: 2, at: 1))
        #expect(first.contains("<Event>enter_agent</Event>"))
        #expect(first != second)
    }

    @Test("a message to a bot is JSON inside and outside")
    func bot() throws {
        let callback = try maker(.bot).callback(number: 1, at: 1)
        #expect(callback.body.first == UInt8(ascii: "{"))
        let message = try JSONValue(parsing: Array(opened(callback).utf8).span)
        #expect(message["text"]?["content"]?.string == "hello")
    }

    @Test("a verification expects its own echo back")
    func verification() throws {
        let callback = try maker(.text, verifies: true).callback(number: 1, at: 1)
        #expect(callback.method == .get)
        #expect(try Array(opened(callback).utf8) == callback.expectedAnswer)
    }

    @Test("an instance's callback is a notice with a signature over timestamp, nonce and body")
    func instance() throws {
        let source = InstanceSource(
            accounts: ["guid-2": "b", "guid-1": "a"],
            authentication: .hmac(.init(Array("secret".utf8)), previous: nil, tolerance: nil), allowed: [])
        let content = CallbackContent(kind: .text, text: "hello", from: nil)
        let callback = try InstanceCallbackMaker(source: source, content: content).callback(number: 1, at: 7)
        let notice = try JSONValue(parsing: callback.body.span)
        #expect(notice["guid"] == "guid-1")
        #expect(notice["notify_type"] == 11010)
        #expect(notice["data"]?["content"] == "hello")
        let fields = String(decoding: callback.fields.bytes, as: UTF8.self).split(separator: "\r\n")
        let nonce = try #require(fields.first { $0.hasPrefix("x-weir-nonce: ") }).dropFirst(14)
        var hmac = try HMACSHA256(key: Array("secret".utf8).span)
        let expected = try hmac.authenticate((Array("7.\(nonce).".utf8) + callback.body).span)
        #expect(fields.contains("x-weir-signature: \(expected)"))
    }
}
