// Inner documents in JSON: those of AI bots and of receivers in JSON mode (WECOM.md, 3.3), and the items of instance
// providers' notices. An array's items have the path of the array; numbers keep the digits they are written with.

import Codec

extension InnerDocument.Builder {
    mutating func read(json: Span<UInt8>) throws(InnerDocument.Fault) {
        var scanner = JSONScanner(json)
        var containers: [Container] = []
        scanning: while true {
            switch try Self.token(&scanner) {
            case .key(let name):
                if let name = scanner.unescaped(name) {
                    enter(name)
                } else {
                    var decoded: [UInt8] = []
                    scanner.append(name, to: &decoded)
                    enter(decoded.span)
                }
                continue
            case .beginObject:
                if containers.last == .array { nextItem() }
                containers.append(.object)
                continue
            case .beginArray:
                containers.append(.array)
                continue
            case .endObject, .endArray:
                containers.removeLast()
            case .string(let text):
                if let text = scanner.unescaped(text) {
                    try value(text)
                } else {
                    var decoded: [UInt8] = []
                    scanner.append(text, to: &decoded)
                    try value(decoded.span)
                }
            case .number(let range):
                try value(scanner.source(range))
            case .bool(let flag):
                try value((flag ? "true" : "false").utf8.span)
            case .null:
                break
            case .end:
                break scanning
            }
            // A value has ended, and with it, in an object, what its key began.
            if containers.last == .object { leave() }
        }
    }

    private enum Container { case object, array }

    @_lifetime(scanner: copy scanner)
    private static func token(_ scanner: inout JSONScanner) throws(InnerDocument.Fault) -> JSONScanner.Token {
        do { return try scanner.next() } catch { throw .malformed(error) }
    }
}
