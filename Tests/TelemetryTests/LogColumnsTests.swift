import Testing

@testable import Telemetry

@Suite("Log lines for a terminal")
struct LogColumnsTests {
    let collector = LineCollector()

    @Test("a line shows time of day, level, subsystem, message and fields")
    func plainColumns() {
        Logger(subsystem: "delivery", output: collector.output(format: .text))
            .warning("endpoint opened", ["endpoint": "acme/crm", "failures": 10, "reason": "connection refused"])
        #expect(
            collector.written == [
                "22:33:00.123Z warning delivery  endpoint opened endpoint=acme/crm failures=10 "
                    + "reason=\"connection refused\"\n"
            ])
    }

    @Test("colours appear on a terminal only")
    func colours() {
        Logger(subsystem: "edge", output: collector.output(format: .coloured)).error("failed")
        Logger(subsystem: "edge", output: collector.output(format: .text)).error("failed")
        #expect(collector.written[0].contains("\u{1B}[1;31merror  \u{1B}[0m"))
        #expect(!collector.written[1].contains("\u{1B}"))
        #expect(LogFormat.automatic(isTerminal: true) == .coloured)
        #expect(LogFormat.automatic(isTerminal: false) == .json)
    }

    @Test(
        "text of a peer cannot move the cursor, start a line or turn the reading direction",
        arguments: ["\u{1B}[2J", "\n", "\r", "\u{9B}2J", "\u{202E}", "\u{2028}", "\u{7F}"])
    func cursorMovement(_ hostile: String) {
        Logger(subsystem: "edge", output: collector.output(format: .text))
            .info("got \(hostile)", ["body": "x\(hostile)y"])
        let line = String(collector.written[0].dropLast())
        #expect(!line.unicodeScalars.contains { hostile.unicodeScalars.first == $0 })
        #expect(line.contains("\\u{"))
    }

    @Test("a value that could be misread is quoted", arguments: ["", "two words", "a=b", "say \"yes\""])
    func quoted(_ value: String) {
        Logger(subsystem: "edge", output: collector.output(format: .text)).info("m", ["v": value])
        #expect(collector.written[0].contains("v=\""))
        #expect(collector.written[0].hasSuffix("\"\n"))
    }
}
