// The outer object of an instance provider's callback: who reports, what kind of notice it is, and where in the body the
// notices are. Other members (`err_code`, `err_msg` of some builds) are passed over.

import Codec
import Events

struct InstanceEnvelope {
    /// Empty if there is none.
    private(set) var guid = ""
    /// A number, as text; empty if there is none.
    private(set) var notifyType = ""
    /// Where the items of `data` stand in the body: one for each of an array, one for anything else, none without `data`.
    private(set) var items: [Range<Int>] = []

    init(_ body: Span<UInt8>, itemsMax: Int) throws(InstanceFault) {
        var scanner = JSONScanner(body)
        guard case .beginObject = try Self.token(&scanner) else { throw .notAnObject }
        while case .key(let key) = try Self.token(&scanner) {
            switch FoldedName.fold(scanner.string(key)) {
            case "guid":
                guid = try Self.scalar(&scanner)
            case "notifytype":
                notifyType = try Self.scalar(&scanner)
            case "data":
                items = try Self.items(&scanner, itemsMax)
            default:
                try Self.skip(try Self.token(&scanner), &scanner)
            }
        }
        // Throws if something follows.
        _ = try Self.token(&scanner)
    }

    /// A callback that has only this item, as the provider would have sent it alone.
    func body(with item: Span<UInt8>) -> [UInt8] {
        var body: [UInt8] = []
        JSONWriter.append(to: &body) { writer in
            writer.beginObject()
            writer.key("guid")
            writer.string(guid)
            writer.key("notify_type")
            if let number = Int64(notifyType) { writer.number(number) } else { writer.string(notifyType) }
            writer.key("data")
            writer.raw(item)
            writer.endObject()
        }
        return body
    }
}

// MARK: - Reading

extension InstanceEnvelope {
    @_lifetime(scanner: copy scanner)
    private static func items(_ scanner: inout JSONScanner, _ limit: Int) throws(InstanceFault) -> [Range<Int>] {
        let first = try token(&scanner)
        guard first == .beginArray else {
            let start = start(of: first, scanner)
            try skip(first, &scanner)
            return first == .null ? [] : [start..<scanner.offset]
        }
        var items: [Range<Int>] = []
        while true {
            let token = try token(&scanner)
            if token == .endArray { return items }
            guard items.count < limit else { throw .tooManyItems(limit: limit) }
            let start = start(of: token, scanner)
            try skip(token, &scanner)
            items.append(start..<scanner.offset)
        }
    }

    /// The text of a string or number; empty for anything else.
    @_lifetime(scanner: copy scanner)
    private static func scalar(_ scanner: inout JSONScanner) throws(InstanceFault) -> String {
        let token = try token(&scanner)
        switch token {
        case .string(let text): return scanner.string(text)
        case .number(let range): return String(copying: scanner.source(range))
        default:
            try skip(token, &scanner)
            return ""
        }
    }

    /// Where the value begins whose first token was read last.
    private static func start(of token: JSONScanner.Token, _ scanner: borrowing JSONScanner) -> Int {
        switch token {
        case .string(let text): text.range.lowerBound - 1
        case .number(let range): range.lowerBound
        case .null, .bool(true): scanner.offset - 4
        case .bool(false): scanner.offset - 5
        case .beginObject, .beginArray, .endObject, .endArray, .key, .end: scanner.offset - 1
        }
    }

    /// Passes over the rest of the value whose first token was read last.
    @_lifetime(scanner: copy scanner)
    private static func skip(_ first: JSONScanner.Token, _ scanner: inout JSONScanner) throws(InstanceFault) {
        guard first == .beginObject || first == .beginArray else { return }
        do { try scanner.skipContainer() } catch { throw .malformed(error) }
    }

    @_lifetime(scanner: copy scanner)
    private static func token(_ scanner: inout JSONScanner) throws(InstanceFault) -> JSONScanner.Token {
        do { return try scanner.next() } catch { throw .malformed(error) }
    }
}
