// A number of the language with its unit: `5m`, `1%`, `10_000`, `64KB`. The unit is part of the number, so no setting and no
// rule can leave open what it counts.

package enum Quantity: Equatable, Sendable {
    case integer(Int64)
    case decimal(Double)
    /// As a fraction: `1%` is 0.01.
    case percent(Double)
    case duration(Duration)
    /// In bytes. `KB` is 1024 bytes, as in redis.conf and nginx.
    case size(Int64)

    /// What the number is called in a message.
    package var noun: String {
        switch self {
        case .integer: "a whole number"
        case .decimal: "a number with a fraction"
        case .percent: "a percentage"
        case .duration: "a duration"
        case .size: "a size"
        }
    }
}

extension Duration {
    /// `24h`, `90s`: as the language writes it. nil for anything else.
    package init?(quantity text: String) {
        guard case .success(.duration(let duration)) = Quantity.parse(text) else { return nil }
        self = duration
    }
}

extension Quantity {
    enum Fault: Error, Equatable {
        case malformed
        case tooLarge
        case unknownUnit(String)
        /// `1.5s`: the smaller unit says it without a fraction.
        case fractionOfUnit(String)
    }

    private enum Unit {
        case percent
        case milliseconds(Int64)
        case bytes(Int64)
    }

    private static let units: [(name: String, unit: Unit)] = [
        ("%", .percent),
        ("ms", .milliseconds(1)), ("s", .milliseconds(1000)), ("m", .milliseconds(60_000)),
        ("h", .milliseconds(3_600_000)), ("d", .milliseconds(86_400_000)),
        ("B", .bytes(1)), ("KB", .bytes(1 << 10)), ("MB", .bytes(1 << 20)), ("GB", .bytes(1 << 30)),
    ]

    /// What other languages and people call the units.
    private static let habits: [String: String] = [
        "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
        "hr": "h", "hour": "h", "hours": "h", "day": "d", "days": "d", "msec": "ms",
        "b": "B", "k": "KB", "K": "KB", "kb": "KB", "KiB": "KB", "M": "MB", "mb": "MB", "MiB": "MB", "G": "GB",
        "gb": "GB",
        "GiB": "GB",
    ]

    /// The unit that was meant, if it can be guessed. Not by letters: `M` is near to `m`, and means something else.
    static func unitMeant(by name: String) -> String? { habits[name] }

    package static var unitNames: [String] { units.map(\.name) }

    /// Reads `[-] digits [_ digits]… [. digits] [unit]`, the whole text or nothing.
    static func parse(_ text: String) -> Result<Quantity, Fault> {
        var rest = Substring(text).utf8
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        guard let whole = takeDigits(&rest), !whole.isEmpty else { return .failure(.malformed) }
        var fraction = ""
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard let digits = takeDigits(&rest), !digits.isEmpty else { return .failure(.malformed) }
            fraction = digits
        }
        let unitName = String(Substring(rest))
        let sign = isNegative ? "-" : ""
        guard !unitName.isEmpty else {
            if fraction.isEmpty { return Int64(sign + whole).map { .success(.integer($0)) } ?? .failure(.tooLarge) }
            return finite(sign + whole + "." + fraction).map { .success(.decimal($0)) } ?? .failure(.tooLarge)
        }
        guard let unit = units.first(where: { $0.name == unitName })?.unit else {
            return .failure(.unknownUnit(unitName))
        }
        if case .percent = unit {
            let number = fraction.isEmpty ? whole : whole + "." + fraction
            return finite(sign + number).map { .success(.percent($0 / 100)) } ?? .failure(.tooLarge)
        }
        guard fraction.isEmpty else { return .failure(.fractionOfUnit(unitName)) }
        guard !isNegative else { return .failure(.malformed) }
        guard let count = Int64(whole) else { return .failure(.tooLarge) }
        switch unit {
        case .percent: return .failure(.malformed)
        case .milliseconds(let factor):
            return scaled(count, by: factor).map { .success(.duration(.milliseconds($0))) } ?? .failure(.tooLarge)
        case .bytes(let factor):
            return scaled(count, by: factor).map { .success(.size($0)) } ?? .failure(.tooLarge)
        }
    }

    private static func scaled(_ count: Int64, by factor: Int64) -> Int64? {
        let (value, overflow) = count.multipliedReportingOverflow(by: factor)
        return overflow ? nil : value
    }

    private static func finite(_ text: String) -> Double? {
        Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// Digits with `_` only between two of them; nil when a `_` stands elsewhere.
    private static func takeDigits(_ rest: inout Substring.UTF8View) -> String? {
        var digits = ""
        var lastIsDigit = false
        while let byte = rest.first {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                digits.unicodeScalars.append(Unicode.Scalar(byte))
                lastIsDigit = true
            } else if byte == UInt8(ascii: "_") {
                guard lastIsDigit else { return nil }
                lastIsDigit = false
            } else {
                break
            }
            rest.removeFirst()
        }
        return lastIsDigit || digits.isEmpty ? digits : nil
    }
}
