// What a family of metrics is, and the naming rules that come with it. They are those of `promtool check metrics`; a name
// that breaks one is a mistake in Weir and stops it at registration, in the first test that starts it.

enum MetricKind: String {
    case counter, gauge, histogram

    /// What is wrong with a metric's name or help, or nil.
    func problem(name: String, help: String, labels: [String]) -> String? {
        if help.isEmpty { return "'\(name)' has no help text" }
        if !Self.isName(name) { return "'\(name)' is no metric name: lower-case words joined by _" }
        for label in labels where !Self.isName(label) || label == "le" || label == "quantile" {
            return "'\(name)' may not have a label '\(label)'"
        }
        let words = name.split(separator: "_")
        for word in words where Self.units[word] != nil {
            return "'\(name)' says '\(word)'; metrics use \(Self.units[word] ?? "base units")"
        }
        if words.contains(where: { ["counter", "gauge", "histogram", "summary"].contains($0) }) {
            return "'\(name)' repeats its type"
        }
        switch self {
        case .counter where words.last != "total": return "a counter's name ends in _total, not '\(name)'"
        case .gauge where words.last == "total", .histogram where words.last == "total":
            return "only a counter's name ends in _total, not '\(name)'"
        case .gauge where ["count", "sum", "bucket", "info"].contains(words.last):
            return "'\(name)' ends in a word that belongs to other kinds"
        case .histogram where words.last != "seconds": return "a histogram's name ends in _seconds, not '\(name)'"
        case .counter, .gauge, .histogram: return nil
        }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, first >= UInt8(ascii: "a"), first <= UInt8(ascii: "z") else { return false }
        return name.utf8.allSatisfy {
            ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
                || $0 == UInt8(ascii: "_")
        }
    }

    /// Words that promtool refuses, with the base unit to use.
    private static let units: [Substring: String] = [
        "ms": "seconds", "us": "seconds", "ns": "seconds", "milliseconds": "seconds", "microseconds": "seconds",
        "nanoseconds": "seconds", "minutes": "seconds", "hours": "seconds", "days": "seconds", "kb": "bytes",
        "mb": "bytes", "gb": "bytes", "kilobytes": "bytes", "megabytes": "bytes", "gigabytes": "bytes",
        "percent": "a ratio",
    ]
}
