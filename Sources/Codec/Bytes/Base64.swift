// Base64 (RFC 4648): the ciphertext of callbacks, keys and secrets, raw bytes of events that are not UTF-8. Strict, because
// two decoders that disagree about one text disagree about what was signed; the one leniency has to be asked for.

package enum Base64 {
    package struct Options: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `-` and `_` instead of `+` and `/` (RFC 4648, 5).
        package static let urlSafe = Options(rawValue: 1)
        /// No `=` at the end, neither written nor accepted.
        package static let unpadded = Options(rawValue: 2)
        /// Accepts bits set behind the last byte and drops them: EncodingAESKeys have them (WECOM.md, trap 1).
        package static let ignoringSpareBits = Options(rawValue: 4)
    }

    /// Appends the bytes that `text` stands for; on an error `output` is as before.
    package static func decode(
        _ text: Span<UInt8>, appendingTo output: inout [UInt8], options: Options = []
    ) throws(CodecError) {
        let digitCount = try digitCount(of: text, options)
        // An append of no capacity to an empty array writes its count, 0, to the storage that all empty arrays share: a race
        // with every other thread, if one that changes nothing.
        guard digitCount > 0 else { return }
        let start = output.count
        let wholeCount = digitCount & ~3
        let values = options.contains(.urlSafe) ? Tables.urlSafeValues : Tables.values
        // No branch per digit: what is none shows in the highest bit of all values together.
        var seen: UInt8 = 0
        output.append(addingCapacity: digitCount * 3 / 4 + blockSlack) { output in
            let blocks = decodeBlocks(
                of: text, digitCount: digitCount, options.contains(.urlSafe) ? Tables.urlSafeLast : Tables.last,
                into: &output)
            if !blocks.areAllDigits { seen = Tables.noDigit }
            var index = blocks.digitCount
            while index < wholeCount {
                let (a, b) = (values[Int(text[index])], values[Int(text[index &+ 1])])
                let (c, d) = (values[Int(text[index &+ 2])], values[Int(text[index &+ 3])])
                seen |= a | b | c | d
                output.append(a << 2 | b >> 4)
                output.append(b << 4 | c >> 2)
                output.append(c << 6 | d)
                index &+= 4
            }
        }
        var spareBits: UInt8 = 0
        if digitCount > wholeCount {
            let (a, b) = (values[Int(text[wholeCount])], values[Int(text[wholeCount + 1])])
            seen |= a | b
            output.append(a << 2 | b >> 4)
            spareBits = b << 4
            if digitCount - wholeCount == 3 {
                let c = values[Int(text[wholeCount + 2])]
                seen |= c
                output.append(b << 4 | c >> 2)
                spareBits = c << 6
            }
        }
        if seen & Tables.noDigit != 0 {
            output.removeSubrange(start...)
            let offset = text.indices.first { values[Int(text[$0])] == Tables.noDigit } ?? text.count
            throw CodecError(.base64Character, at: offset)
        }
        if spareBits != 0, !options.contains(.ignoringSpareBits) {
            output.removeSubrange(start...)
            throw CodecError(.base64SpareBits, at: digitCount - 1)
        }
    }

    /// Appends the text that stands for `bytes`.
    package static func encode(
        _ bytes: Span<UInt8>, appendingTo output: inout [UInt8], options: Options = []
    ) {
        guard bytes.count > 0 else { return }  // as in `decode`
        let digits = options.contains(.urlSafe) ? Tables.urlSafeDigits : Tables.digits
        output.append(addingCapacity: (bytes.count + 2) / 3 * 4) { output in
            let digits = digits.span
            var index = 0
            while index &+ 2 < bytes.count {
                let (a, b, c) = (bytes[index], bytes[index &+ 1], bytes[index &+ 2])
                output.append(digits[Int(a >> 2)])
                output.append(digits[Int((a << 4 | b >> 4) & 63)])
                output.append(digits[Int((b << 2 | c >> 6) & 63)])
                output.append(digits[Int(c & 63)])
                index &+= 3
            }
            guard index < bytes.count else { return }
            let isPadded = !options.contains(.unpadded)
            let a = bytes[index]
            let b = index + 1 < bytes.count ? bytes[index + 1] : nil
            output.append(digits[Int(a >> 2)])
            output.append(digits[Int((a << 4 | (b ?? 0) >> 4) & 63)])
            if let b {
                output.append(digits[Int(b << 2 & 63)])
            } else if isPadded {
                output.append(UInt8(ascii: "="))
            }
            if isPadded { output.append(UInt8(ascii: "=")) }
        }
    }

    /// How many characters of `text` come before the padding, after a look at the lengths of both.
    private static func digitCount(of text: Span<UInt8>, _ options: Options) throws(CodecError) -> Int {
        if options.contains(.unpadded) {
            guard text.count % 4 != 1 else { throw CodecError(.base64Length, at: text.count) }
            return text.count
        }
        guard text.count.isMultiple(of: 4) else { throw CodecError(.base64Length, at: text.count) }
        guard text.count > 0, text[text.count - 1] == UInt8(ascii: "=") else { return text.count }
        return text.count - (text[text.count - 2] == UInt8(ascii: "=") ? 2 : 1)
    }
}
