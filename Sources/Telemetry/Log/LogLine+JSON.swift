// A log line for a collector: `{"time":"…","level":"info","message":"…","subsystem":"edge","partition":3}`, fields last
// and in the call's order.

import Codec

extension LogLine {
    /// Names a field may not have; a line with one of them twice is read differently by different collectors.
    private static let reserved: Set<String> = ["time", "level", "message", "subsystem"]

    func json() -> [UInt8] {
        var line: [UInt8] = []
        JSONWriter.append(to: &line) { writer in
            writer.beginObject()
            writer.key("time")
            writer.string(RFC3339.string(sinceEpoch: time))
            writer.key("level")
            writer.string(level.rawValue)
            writer.key("message")
            writer.string(Self.bounded(message))
            writer.key("subsystem")
            writer.string(subsystem)
            for (key, value) in fields {
                assert(!Self.reserved.contains(key), "a field may not be named '\(key)'")
                writer.key(key)
                writer.append(value.logValue)
            }
            writer.endObject()
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }
}

extension JSONWriter {
    fileprivate mutating func append(_ value: LogValue) {
        switch value {
        case .text(let text): string(LogLine.bounded(text))
        case .integer(let number): self.number(number)
        case .flag(let flag): bool(flag)
        case .duration(let duration): raw(duration.secondsText.utf8.span)
        // JSON has no NaN and no infinity.
        case .real(let number) where number.isFinite: raw(String(number).utf8.span)
        case .real(let number): string(String(number))
        }
    }
}
