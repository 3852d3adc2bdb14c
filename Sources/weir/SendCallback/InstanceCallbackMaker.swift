// Callbacks as a provider of client instances sends them (WECOM.md 7.2), with the proof that the source demands.

import Codec
import Crypto
import Gateway
import HTTP
import Telemetry

struct InstanceCallbackMaker: CallbackMaker {
    let source: InstanceSource
    let content: CallbackContent

    func callback(number: Int, at seconds: Int64) throws(CommandError) -> OutgoingCallback {
        var random = RandomSource.system
        let body = try notice(at: seconds, &random).bytes
        var fields = FieldBlock()
        fields.add(.json)
        do {
            try prove(body, seconds, &random, in: &fields)
        } catch {
            throw .failed("the callback cannot be signed: \(error)")
        }
        return OutgoingCallback(fields: fields, body: body)
    }

    /// What the configuration has first by name, so that the account shown is the configured one.
    private var guid: String { source.accounts.keys.min() ?? "send-callback" }

    private func notice(at seconds: Int64, _ random: inout RandomSource) throws(CommandError) -> JSONValue {
        switch content.kind {
        case .text: return notice(11010, message(at: seconds, type: 2, contentType: 2, content.text, &random))
        case .image: return notice(11010, message(at: seconds, type: 5, contentType: 14, "", &random))
        case .event(let name):
            guard let number = Int64(name) else {
                throw .usage("an instance's notices have numbers: --type event:11003 instead of event:\(name)")
            }
            return notice(number, ["user_id": sender])
        case .bot: throw .usage("`--type bot` is for official callbacks, and this source is of instances")
        }
    }

    private func notice(_ type: Int64, _ data: JSONValue) -> JSONValue {
        ["guid": .string(guid), "notify_type": .number(JSONNumber(type)), "data": data]
    }

    private func message(
        at seconds: Int64, type: Int64, contentType: Int64, _ text: String, _ random: inout RandomSource
    ) -> JSONValue {
        // Beyond what a double can tell apart, as the real ones may be.
        let id = JSONNumber(random.next() >> 2 | 1 << 61)
        return [
            "seq": .number(id), "id": .number(id), "sender": sender, "receiver": 1_688_850_000_000_002, "roomid": "0",
            "sendtime": .number(JSONNumber(seconds)), "sender_name": "send-callback",
            "content_type": .number(JSONNumber(contentType)), "msg_type": .number(JSONNumber(type)),
            "content": .string(text), "send_flag": 0,
        ]
    }

    /// Providers write ids as numbers.
    private var sender: JSONValue {
        guard let from = content.from else { return 1_688_850_000_000_001 }
        return Int64(from).map { .number(JSONNumber($0)) } ?? .string(from)
    }

    /// The headers that Ingest's `InstanceDesk` asks for. A path token is part of the URL.
    private func prove(
        _ body: [UInt8], _ seconds: Int64, _ random: inout RandomSource, in fields: inout FieldBlock
    ) throws {
        switch source.authentication {
        case .hmac(let secret, _, _):
            let nonce = String(random.next(), radix: 36)
            var hmac = try HMACSHA256(key: secret.revealed.span)
            try hmac.update(Array("\(seconds).\(nonce).".utf8).span)
            try hmac.update(body.span)
            try fields.add("x-weir-timestamp", String(seconds))
            try fields.add("x-weir-nonce", nonce)
            try fields.add("x-weir-signature", "\(try hmac.finish())")
        case .header(let name, let value):
            try fields.add(name, value.revealed)
        case .pathToken, .addressOnly: break
        }
    }
}
