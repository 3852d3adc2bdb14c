// Whether bytes are UTF-8 in the strict sense of RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. Raw
// bodies of events and every string of a document pass through it. The work is the standard library's.

package enum UTF8Check {
    package static func isValid(_ bytes: Span<UInt8>) -> Bool {
        firstFlaw(in: bytes) == nil
    }

    /// The first bytes that are not UTF-8, or `nil`. The range is what one replacement character stands for: the longest
    /// part that could have begun a character, else one byte.
    package static func firstFlaw(in bytes: Span<UInt8>, from start: Int = 0) -> Range<Int>? {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.extracting(start..<bytes.count))
            return nil
        } catch {
            return (start + error.byteOffsets.lowerBound)..<(start + error.byteOffsets.upperBound)
        }
    }
}
