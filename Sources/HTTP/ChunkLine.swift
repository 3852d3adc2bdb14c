// The line before a chunk: its size and extensions (RFC 9112 section 7.1.1). Extensions mean nothing to Weir, but they are
// checked all the same, since what stands in them is framing to a careless parser.

import Codec

enum ChunkLine {
    /// 15 digits cannot overflow an `Int`, and no honest size has more.
    static let maximumDigits = 15

    /// - Parameter line: without its CR LF, and without control bytes but tab.
    static func size(of line: Span<UInt8>) throws(HTTPFault) -> Int {
        var size = 0
        var position = 0
        while position < line.count, let digit = Hex.value(of: line[position]) {
            guard position < maximumDigits else { throw .malformedChunkSize }
            size = size << 4 | Int(digit)
            position += 1
        }
        guard position > 0 else { throw .malformedChunkSize }
        while position < line.count {
            // The grammar has servers bear spaces here ("bad whitespace"); no client in use sends them, so they are refused.
            guard line[position] == UInt8(ascii: ";") else { throw .malformedChunkSize }
            position += 1
            try skipName(&position, in: line)
            if position < line.count, line[position] == UInt8(ascii: "=") {
                position += 1
                try skipValue(&position, in: line)
            }
        }
        return size
    }

    private static func skipName(_ position: inout Int, in line: Span<UInt8>) throws(HTTPFault) {
        let start = position
        while position < line.count, ByteSet.token.contains(line[position]) { position += 1 }
        guard position > start else { throw .malformedChunkExtension }
    }

    private static func skipValue(_ position: inout Int, in line: Span<UInt8>) throws(HTTPFault) {
        guard position < line.count, line[position] == UInt8(ascii: "\"") else {
            return try skipName(&position, in: line)
        }
        position += 1
        while position < line.count {
            let byte = line[position]
            position += 1
            if byte == UInt8(ascii: "\"") { return }
            if byte == UInt8(ascii: "\\") {
                guard position < line.count else { throw .malformedChunkExtension }
                position += 1
            }
        }
        throw .malformedChunkExtension
    }
}
