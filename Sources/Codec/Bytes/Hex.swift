// Bytes as hexadecimal digits: signatures on their way in (any case) and out (lower case).

package enum Hex {
    /// Appends the bytes that `text` stands for; on an error `output` is as before.
    package static func decode(_ text: Span<UInt8>, appendingTo output: inout [UInt8]) throws(CodecError) {
        guard text.count.isMultiple(of: 2) else { throw CodecError(.hexLength, at: text.count) }
        let start = output.count
        output.reserveCapacity(start + text.count / 2)
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = value(of: text[index]), let low = value(of: text[index + 1]) else {
                output.removeSubrange(start...)
                throw CodecError(.hexCharacter, at: value(of: text[index]) == nil ? index : index + 1)
            }
            output.append(high << 4 | low)
        }
    }

    /// Appends two lower-case digits for each byte.
    package static func encode(_ bytes: Span<UInt8>, appendingTo output: inout [UInt8]) {
        guard bytes.count > 0 else { return }  // as in `Base64.decode`
        output.append(addingCapacity: bytes.count * 2) { output in
            for index in bytes.indices {
                output.append(digit(bytes[index] >> 4))
                output.append(digit(bytes[index] & 0xF))
            }
        }
    }

    /// What a digit stands for, whatever its case; `nil` if it is none.
    @inline(__always)
    package static func value(of digit: UInt8) -> UInt8? {
        let decimal = digit &- 0x30
        if decimal < 10 { return decimal }
        let letter = (digit | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }

    /// The lower-case digit of a value below 16.
    @inline(__always)
    package static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 &+ value : 0x57 &+ value
    }
}
