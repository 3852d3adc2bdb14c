// Reads a file of tests. As with rules, each clause's grammar stands above the function that reads it.

import Events
import Language

struct TrialParser {
    private(set) var trials: [Trial] = []
    /// Over all files: what bounds the time that a reload takes for its tests.
    private var stepCount = 0

    /// Far more than anybody writes by hand. Repeated events count once.
    static let stepsMax = 100_000

    /// Of all files, in their order.
    static func parse(_ files: [SourceFile], findings: inout Findings) -> [Trial] {
        var parser = TrialParser()
        for file in files {
            var cursor = Cursor(file)
            parser.read(&cursor)
            findings.add(cursor.findings)
        }
        return parser.trials
    }

    /// Reads a whole file.
    mutating func read(_ cursor: inout Cursor) {
        cursor.statements(Vocabulary.testStatements, in: "a file of tests") { cursor, _ throws(Reported) in
            try test(&cursor)
        }
    }

    /// A test is a sequence of events and of what is expected of them, read like a story. The clock stands still but for `after`
    /// and `at`; it starts on Monday, 5 January 2026, at 09:00 in Shanghai. Quotas are counted from nothing in each test.
    ///
    ///     test "NAME" { [event … | expect … | after DURATION | at MOMENT | metric METRIC VALUE | zone "AREA/CITY"]… }
    ///
    ///     test "complaint raises an alert" {
    ///         event  type message.received content.text "我要退款"
    ///         expect alert "customer complaint"
    ///         expect not drop
    ///     }
    private mutating func test(_ cursor: inout Cursor) throws(Reported) {
        let name = try cursor.name("the name of a test")
        var test = Draft(name: name)
        let isSound = try cursor.block(of: "test \"\(name.value)\"", once: [], many: Vocabulary.test) {
            cursor, word throws(Reported) in
            stepCount += 1
            guard stepCount <= Self.stepsMax else {
                if stepCount > Self.stepsMax + 1 { throw cursor.reported }
                throw cursor.error(
                    "these tests have more than \(Self.stepsMax) steps", at: word.range,
                    hint: "a reload runs them all, and must not take long; `times` repeats an event")
            }
            try clause(word, &cursor, &test)
        }
        if let event = test.unasked {
            cursor.warning("nothing is expected of this", at: event, hint: "write `expect …` behind it")
        } else if isSound, test.expectationCount == 0 {
            throw cursor.error(
                "test \"\(name.value)\" has no `expect`", at: name.range,
                hint: "`expect nothing` says that no target gets it")
        }
        guard isSound else { return }
        trials.append(Trial(name: name, steps: test.steps))
    }

    /// A test while it is read.
    struct Draft {
        let name: Located<String>
        var steps: [Trial.Step] = []
        var now = Trial.start
        var expectationCount = 0
        /// Whether something happened that an expectation can be about.
        var hasHappened = false
        /// What happened last, if nothing was expected of it yet.
        var unasked: SourceRange?
    }

    private mutating func clause(
        _ word: Located<String>, _ cursor: inout Cursor, _ test: inout Draft
    ) throws(Reported) {
        switch word.value {
        case "event":
            // One that cannot be read still is what the expectations behind it are about.
            test.hasHappened = true
            let event = try event(word, &cursor)
            test.steps.append(.event(event))
            test.unasked = event.range
        case "metric":
            test.hasHappened = true
            test.steps.append(try metric(&cursor))
            test.unasked = cursor.range(from: word.range)
        case "after": try after(&cursor, &test)
        case "at": try at(&cursor, &test)
        case "zone": test.steps.append(.zone(try cursor.name("the name of a time zone")))
        default:
            test.unasked = nil
            test.expectationCount += 1
            let expectation = try expectation(&cursor)
            guard test.hasHappened else {
                throw cursor.error(
                    "nothing has happened yet that this could be about", at: expectation.range,
                    hint: "an `event` or a `metric` stands before it")
            }
            test.steps.append(.expect(expectation))
        }
    }

    /// Time passes.
    ///
    ///     after DURATION
    private func after(_ cursor: inout Cursor, _ test: inout Draft) throws(Reported) {
        let duration = try cursor.duration("a duration")
        let (milliseconds, overflow) = test.now.milliseconds.addingReportingOverflow(duration.value.milliseconds)
        guard !overflow, let later = Timestamp(milliseconds: milliseconds) else {
            throw cursor.error("that is after the year 9999", at: duration.range)
        }
        test.now = later
        test.steps.append(.after(duration.value))
    }

    /// The clock is put forward to a moment.
    ///
    ///     at MOMENT
    private func at(_ cursor: inout Cursor, _ test: inout Draft) throws(Reported) {
        let text = try cursor.moment("a moment")
        guard let moment = Timestamp(rfc3339: text.value) else {
            throw cursor.error(
                "`\(text.value.prefix(40))` is not a moment", at: text.range,
                hint: "it is written `2026-01-05T09:00:00+08:00`, with its distance from UTC or `Z`")
        }
        guard moment >= test.now || test.steps.isEmpty else {
            throw cursor.error("time does not run backwards: it is \(test.now) already", at: text.range)
        }
        test.now = moment
        test.steps.append(.at(moment))
    }

    /// What an alert of the rules watches has a value from now on, until it is given another.
    ///
    ///     metric METRIC VALUE
    private func metric(_ cursor: inout Cursor) throws(Reported) -> Trial.Step {
        let (metric, value) = try Parser.measure(&cursor)
        return .metric(metric, value)
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        let (seconds, overflow) = components.seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : seconds &+ components.attoseconds / 1_000_000_000_000_000
    }
}
