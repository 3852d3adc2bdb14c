// Both normalisers as the tests of this folder use them, and records as golden files show them.

import Codec
import Crypto
import Events
import Testing

@testable import WeCom

/// A document gave another event in memory that had been used.
private struct RepetitionDiffers: Error {}

enum Normalisers {
    static let receivedAt = Timestamp(rfc3339: "2026-11-23T22:33:00.123Z") ?? .epoch

    static let callback = CallbackNormaliser(tenant: "acme", account: "sales-app", source: "acme-app")

    static let instance = InstanceNormaliser(tenant: "acme", source: "acme-phones", accounts: ["guid-1": "sales-1"])

    static func event(_ document: [UInt8], at now: Timestamp = receivedAt) throws -> Event {
        var sha256 = try SHA256()
        var memory = DocumentMemory()
        var event = Event()
        try callback.read(document.span, into: &event, &memory, receivedAt: now, &sha256)
        // What an earlier document left there must not show.
        let first = event
        try callback.read(document.span, into: &event, &memory, receivedAt: now, &sha256)
        guard event == first else { throw RepetitionDiffers() }
        return event
    }

    static func event(_ document: String) throws -> Event {
        try event(Array(document.utf8))
    }

    static func events(_ body: [UInt8], at now: Timestamp = receivedAt) throws -> [Event] {
        try instance.events(from: body.span, hash: hash(body), receivedAt: now)
    }

    static func events(_ body: String) throws -> [Event] {
        try events(Array(body.utf8))
    }

    static func hash(_ bytes: [UInt8]) throws -> Digest<32> {
        var sha256 = try SHA256()
        return try sha256.digest(bytes.span)
    }
}

extension Event {
    /// The record with a line for each member, without `raw` where it is the document itself.
    func goldenText(without document: String) throws -> String {
        var bytes: [UInt8] = []
        append(jsonTo: &bytes)
        let record = try JSONValue(parsing: bytes.span)
        guard case .object(let members) = record else { return "" }
        return Self.lines(members.filter { $0.key != "raw" || $0.value != .string(document) }, indent: "")
    }

    private static func lines(_ members: [JSONValue.Member], indent: String) -> String {
        let lines = members.map { member in
            if case .object(let inner) = member.value {
                return "\(indent)  \"\(member.key)\": " + Self.lines(inner, indent: indent + "  ")
            }
            var bytes: [UInt8] = []
            JSONWriter.append(to: &bytes) { writer in member.value.write(to: &writer) }
            return "\(indent)  \"\(member.key)\": " + String(decoding: bytes, as: UTF8.self)
        }
        return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
}
