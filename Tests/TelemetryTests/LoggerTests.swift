import Synchronization
import Testing

@testable import Telemetry

/// Collects what a logger writes, at a fixed time: 2026-11-23T22:33:00.123Z.
final class LineCollector: Sendable {
    private let lines = Mutex<[String]>([])

    var written: [String] { lines.withLock { $0 } }

    func output(level: LogLevel = .debug, format: LogFormat = .json) -> LogOutput {
        LogOutput(
            level: level, format: format, now: { .seconds(1_795_473_180) + .milliseconds(123) },
            sink: { line in self.lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
    }
}

@Suite("Logger")
struct LoggerTests {
    let collector = LineCollector()

    @Test("a line is one JSON object with time, level, message, subsystem and the fields in order")
    func jsonLine() {
        let logger = Logger(subsystem: "edge", output: collector.output())
        logger.info(
            "appended", ["partition": 3, "took": Duration.microseconds(137), "fsync": true, "account": "sales-1"])
        #expect(
            collector.written == [
                #"{"time":"2026-11-23T22:33:00.123Z","level":"info","message":"appended","subsystem":"edge","#
                    + #""partition":3,"took":0.000137,"fsync":true,"account":"sales-1"}"# + "\n"
            ])
    }

    @Test("a disabled level builds neither its message nor its fields")
    func disabledLevel() {
        let built = Atomic<Int>(0)
        func count(_ text: String) -> String {
            built.add(1, ordering: .relaxed)
            return text
        }
        let logger = Logger(subsystem: "edge", output: collector.output(level: .warning))
        logger.info(count("message"), ["field": count("value")])
        #expect(built.load(ordering: .relaxed) == 0)
        logger.warning(count("message"), ["field": count("value")])
        #expect(built.load(ordering: .relaxed) == 2)
        #expect(collector.written.count == 1)
    }

    @Test("a new threshold holds for every logger of the output")
    func changedLevel() {
        let output = collector.output(level: .error)
        let edge = Logger(subsystem: "edge", output: output)
        let redis = edge.named("redis")
        redis.debug("before")
        output.setLevel(.debug)
        redis.debug("after")
        edge.debug("after")
        #expect(collector.written.count == 2)
        #expect(redis.isEnabled(.debug))
    }

    @Test("a secret shows as a mask in fields, descriptions, dumps and enclosing values")
    func maskedMasked() {
        struct Source { let token = Masked("hunter2") }
        var dumped = ""
        dump(Source(), to: &dumped)
        let logger = Logger(subsystem: "edge", output: collector.output())
        logger.info("source \(Source())", ["token": Masked("hunter2"), "bytes": Masked([UInt8]("hunter2".utf8))])
        let everything =
            collector.written.joined() + "\(Masked("hunter2")) \(String(reflecting: Masked("hunter2")))" + dumped
        #expect(!everything.contains("hunter2"))
        #expect(everything.contains("••••••"))
        #expect(Masked("hunter2").revealed == "hunter2")
    }

    @Test("bytes of a peer can neither end a JSON string nor start a line")
    func hostileText() {
        let hostile = "a\"b\\c\n{\"level\":\"error\"}\u{0}\u{1B}[2J"
        Logger(subsystem: "edge", output: collector.output()).info("refused", ["body": hostile])
        let line = collector.written[0]
        #expect(line.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(line.contains(#""body":"a\"b\\c\n{\"level\":\"error\"}\u0000\u001b[2J"}"#))
    }

    @Test("a number that is not finite, or exceeds 64 signed bits, is written as text")
    func unusualNumbers() {
        Logger(subsystem: "edge", output: collector.output())
            .info("numbers", ["ratio": Double.nan, "id": UInt64.max, "half": 0.5, "low": Int64.min])
        #expect(
            collector.written[0].contains(
                #""ratio":"nan","id":"18446744073709551615","half":0.5,"low":-9223372036854775808}"#))
    }

    @Test("a long text is cut at a character's boundary, so that a line has a bound")
    func boundedText() {
        let text = String(repeating: "界", count: 5000)
        let cut = LogLine.bounded(text)
        #expect(cut.utf8.count <= LogLine.textBytesMax + 3)
        #expect(cut.dropLast().allSatisfy { $0 == "界" })
        #expect(cut.hasSuffix("…"))
        #expect(LogLine.bounded("short") == "short")
    }

    @Test("the silent logger says nothing")
    func silence() {
        #expect(!Logger.silent.isEnabled(.warning))
        Logger.silent.error("nobody hears this")
    }
}
