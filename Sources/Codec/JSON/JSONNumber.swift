// A number of a JSON document as it is written: reading and writing it changes nothing, however large or precise it is.

package struct JSONNumber: Equatable, Sendable {
    package let text: String

    package init(_ value: some FixedWidthInteger) {
        text = String(value)
    }

    /// `nil` unless `text` is a number as JSON writes it.
    package init?(_ text: String) {
        var scanner = JSONScanner(text.utf8.span)
        guard case .number(0..<text.utf8.count)? = try? scanner.next() else { return nil }
        self.text = text
    }

    init(checked source: Span<UInt8>) {
        var bytes: [UInt8] = []
        bytes.append(copying: source)
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The value, if it is written as an integer and has at most 64 bits.
    package var integer: Int64? { ASCII.decimal(text.utf8.span) }

    /// The nearest value of 64 bits; `nil` if there is none but infinity.
    package var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
