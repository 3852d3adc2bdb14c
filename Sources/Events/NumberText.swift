// A number field keeps the digits that came in, so what JSON does not take for a number must not get into one: it would
// break the record it is written to.

import Codec

func isNumber(_ text: Span<UInt8>) -> Bool {
    var scanner = JSONScanner(text)
    guard case .number(let range)? = try? scanner.next() else { return false }
    return range == 0..<text.count
}
