// Inner documents in JSON: those of AI bots and of receivers in JSON mode (WECOM.md, 3.3), and the items of instance
// providers' notices. An array's items have the path of the array; numbers keep the digits they are written with.

import Codec

extension InnerDocument {
    init(json: Span<UInt8>) throws(Fault) {
        var builder = Builder(capacity: json.count)
        var scanner = JSONScanner(json)
        var open: [Container] = []
        scanning: while true {
            switch try Self.token(&scanner) {
            case .key(let name):
                if let name = scanner.unescaped(name) {
                    builder.enter(name)
                } else {
                    var decoded: [UInt8] = []
                    scanner.append(name, to: &decoded)
                    builder.enter(decoded.span)
                }
                continue
            case .beginObject:
                if open.last == .array { builder.nextItem() }
                open.append(.object)
                continue
            case .beginArray:
                open.append(.array)
                continue
            case .endObject, .endArray:
                open.removeLast()
            case .string(let text):
                if let text = scanner.unescaped(text) {
                    try builder.value(text)
                } else {
                    var decoded: [UInt8] = []
                    scanner.append(text, to: &decoded)
                    try builder.value(decoded.span)
                }
            case .number(let range):
                try builder.value(scanner.source(range))
            case .bool(let flag):
                try builder.value((flag ? "true" : "false").utf8.span)
            case .null:
                break
            case .end:
                break scanning
            }
            // A value has ended, and with it, in an object, what its key began.
            if open.last == .object { builder.leave() }
        }
        self = builder.finish()
    }

    private enum Container { case object, array }

    @_lifetime(scanner: copy scanner)
    private static func token(_ scanner: inout JSONScanner) throws(Fault) -> JSONScanner.Token {
        do { return try scanner.next() } catch { throw .malformed(error) }
    }
}
