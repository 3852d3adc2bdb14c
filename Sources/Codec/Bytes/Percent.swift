// Percent-encoding (RFC 3986, 2.1) of what stands in a URL: the query of a callback, ids in paths. A `+` stays a `+`, since
// the echostr of a URL verification is base64 (WECOM.md, trap 7); decoding happens once, and once only.

package enum Percent {
    /// Appends the bytes that `text` stands for; on an error `output` is as before.
    package static func decode(_ text: Span<UInt8>, appendingTo output: inout [UInt8]) throws(CodecError) {
        let start = output.count
        output.reserveCapacity(start + text.count)
        var index = 0
        while true {
            let escape = text.firstIndex(from: index) { $0.equals(UInt8(ascii: "%")) }
            output.append(copying: text.extracting(index..<escape))
            guard escape < text.count else { return }
            index = escape
            guard
                text.count - index > 2,
                let high = Hex.value(of: text[index + 1]),
                let low = Hex.value(of: text[index + 2])
            else {
                output.removeSubrange(start...)
                throw CodecError(.percentEscape, at: index)
            }
            output.append(high << 4 | low)
            index += 3
        }
    }

    /// The text in which only the unreserved characters of RFC 3986 stand for themselves, so that it can be put anywhere in
    /// a URL.
    package static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        for index in bytes.indices {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                output.append(byte)
            default:
                output.append(UInt8(ascii: "%"))
                output.append(upperDigit(byte >> 4))
                output.append(upperDigit(byte & 0xF))
            }
        }
        return output
    }

    /// RFC 3986 asks writers for upper case.
    private static func upperDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x37 + value
    }
}
