// What `/metrics` answers: Prometheus' text format 0.0.4.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

extension MetricsRegistry {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package func text() -> String {
        var text = ""
        for family in snapshot() {
            text += "# HELP \(family.name) \(Self.escapedHelp(family.help))\n"
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            for series in family.series { text += series.text(name: family.name) }
        }
        return text
    }

    /// Help texts escape backslash and line feed, but not the quote.
    private static func escapedHelp(_ help: String) -> String {
        var escaped = ""
        for scalar in help.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension MetricSeries {
    fileprivate func text(name: String) -> String {
        switch source {
        case .counter(let counter): sample(name, labels, String(counter.value))
        case .gauge(let gauge): sample(name, labels, String(gauge.value))
        case .callback(let read): sample(name, labels, Self.number(read()))
        case .callbacks(let label, let read):
            read().map { sample(name, Self.text(of: [label: $0.value]), Self.number($0.number)) }.joined()
        case .histogram(let histogram): text(name: name, of: histogram.snapshot())
        }
    }

    private func text(name: String, of snapshot: Histogram.Snapshot) -> String {
        var text = ""
        let separator = labels.isEmpty ? "" : ","
        let bounds = Histogram.bounds.map(\.label) + ["+Inf"]
        for (bound, count) in zip(bounds, snapshot.cumulative) {
            text += sample("\(name)_bucket", "\(labels)\(separator)le=\"\(bound)\"", String(count))
        }
        text += sample("\(name)_sum", labels, snapshot.sum.secondsText)
        text += sample("\(name)_count", labels, String(snapshot.count))
        return text
    }

    private func sample(_ name: String, _ labels: String, _ value: String) -> String {
        labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    /// Go's spelling of the special values; whole numbers without `.0`.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return String(value)
    }
}
