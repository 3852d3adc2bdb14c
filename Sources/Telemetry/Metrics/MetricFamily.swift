// All series of one name: what they mean, and each one's labels and source of values.

struct MetricFamily: Sendable {
    let name: String
    let help: String
    let kind: MetricKind
    var series: [MetricSeries] = []
}

struct MetricSeries: Sendable {
    /// Rendered once, `endpoint="acme/crm",outcome="failed"`: the text is what makes two series the same.
    let labels: String
    var source: Source

    enum Source: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
        /// Asked at scrape time.
        case callback(@Sendable () -> Double)
        /// Asked at scrape time for a series of each value of a label.
        case callbacks(label: String, @Sendable () -> [(value: String, number: Double)])
    }

    static func text(of labels: MetricLabels) -> String {
        labels.pairs.map { name, value in "\(name)=\"\(escaped(value))\"" }.joined(separator: ",")
    }

    /// The text format escapes backslash, quote and line feed in a label's value, and nothing else.
    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
