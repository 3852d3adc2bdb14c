// A log line for a person: `22:33:00.123 warning delivery  endpoint opened  endpoint=acme/crm failures=10`.
// Whatever a peer put into a text, it cannot move the cursor or start a line: control characters are shown, not sent.

extension LogLine {
    func columns(isColoured: Bool) -> [UInt8] {
        let paint = Paint(isOn: isColoured)
        var line = paint.dim(String(RFC3339.string(sinceEpoch: time).dropFirst("2026-11-23T".count)))
        line += " " + paint.level(level)
        line += " " + paint.dim(subsystem.padded(to: 9))
        line += " " + Self.bounded(message).showingControls
        for (key, value) in fields {
            line += " " + paint.dim(key + "=") + value.logValue.column
        }
        line += "\n"
        return Array(line.utf8)
    }
}

/// ANSI colours, or nothing.
private struct Paint {
    let isOn: Bool

    func dim(_ text: String) -> String { escape("2", text) }

    func level(_ level: LogLevel) -> String {
        let name = level.rawValue.padded(to: 7)
        return switch level {
        case .debug: escape("2", name)
        case .info: escape("32", name)
        case .warning: escape("33", name)
        case .error: escape("1;31", name)
        }
    }

    private func escape(_ code: String, _ text: String) -> String {
        isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}

extension LogValue {
    fileprivate var column: String {
        switch self {
        case .text(let text):
            let shown = LogLine.bounded(text).showingControls
            let isWord = !shown.isEmpty && !shown.contains { $0 == " " || $0 == "\"" || $0 == "=" }
            return isWord ? shown : shown.quoted
        case .integer(let value): return String(value)
        case .real(let value): return String(value)
        case .flag(let value): return value ? "true" : "false"
        case .duration(let value): return value.description
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }

    fileprivate var quoted: String {
        "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\""
    }

    /// C0, DEL, C1, line separators and the characters that turn text round become `\u{…}`.
    fileprivate var showingControls: String {
        guard unicodeScalars.contains(where: \.movesTheCursor) else { return self }
        var shown = ""
        for scalar in unicodeScalars {
            if scalar.movesTheCursor {
                shown += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}

extension Unicode.Scalar {
    fileprivate var movesTheCursor: Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
