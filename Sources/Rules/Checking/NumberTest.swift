// A comparison of a number. Whole numbers are compared as such, so that ids and counters above 2^53 keep their last digits.

struct NumberTest: Sendable {
    enum Number: Equatable, Sendable {
        case whole(Int64)
        case real(Double)

        var real: Double {
            switch self {
            case .whole(let value): Double(value)
            case .real(let value): value
            }
        }

        static func isLess(_ left: Number, _ right: Number) -> Bool {
            if case .whole(let a) = left, case .whole(let b) = right { return a < b }
            return left.real < right.real
        }
    }

    let comparison: Comparison.Operator
    /// One; for `in`, all of the list.
    let numbers: [Number]

    /// Whether the number in `digits`, in JSON's notation, passes; what is no number does not.
    func holds(_ digits: Span<UInt8>) -> Bool {
        guard let value = Self.number(digits) else { return false }
        return numbers.contains { number in
            let isLess = Number.isLess(value, number)
            let isGreater = Number.isLess(number, value)
            return switch comparison {
            case .less: isLess
            case .lessOrEqual: !isGreater
            case .greater: isGreater
            case .greaterOrEqual: !isLess
            default: !isLess && !isGreater
            }
        }
    }

    static func number(_ digits: Span<UInt8>) -> Number? {
        if let whole = whole(digits) { return .whole(whole) }
        // Fractions and exponents are rare: a coordinate now and then. Only they cost a String.
        guard digits.count <= longestNumber else { return nil }
        var text = ""
        for index in digits.indices {
            guard digits[index] < 0x80 else { return nil }
            text.unicodeScalars.append(Unicode.Scalar(digits[index]))
        }
        return Double(text).flatMap { $0.isFinite ? .real($0) : nil }
    }

    /// More digits than any double needs.
    private static let longestNumber = 400

    private static func whole(_ digits: Span<UInt8>) -> Int64? {
        guard digits.count > 0 else { return nil }
        let isNegative = digits[0] == UInt8(ascii: "-")
        var value: Int64 = 0
        guard digits.count > (isNegative ? 1 : 0) else { return nil }
        for index in (isNegative ? 1 : 0)..<digits.count {
            let byte = digits[index]
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.subtractingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        // Gathered below zero, where one more number has room.
        if isNegative { return value }
        return value == .min ? nil : -value
    }
}
