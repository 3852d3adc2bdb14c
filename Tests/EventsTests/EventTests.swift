import Testing

@testable import Events

struct EventTests {
    let now = Timestamp(milliseconds: 1_795_473_180_123) ?? .epoch

    @Test("what is set is found, and nothing else")
    func values() {
        var event = Event(.messageReceived, at: now, source: .callback)
        event.set(.text, to: "你好")
        event.set(.size, to: "12.50")
        event.set(.fromMe, to: false)
        event.set(.atMe, to: "true")
        #expect(event.text(of: .type) == "message.received")
        #expect(event.text(of: .time) == "2026-11-23T22:33:00.123Z")
        #expect(event.moment(of: .time) == now)
        #expect(event.text(of: .source) == "callback")
        #expect(event.text(of: .text) == "你好")
        #expect(event.text(of: .size) == "12.50")
        #expect(event.number(of: .size) == 12.5)
        #expect(event.flag(of: .fromMe) == false)
        #expect(event.flag(of: .atMe) == true)
        #expect(event.text(of: .from) == nil && event.number(of: .scale) == nil && event.flag(of: .raw) == nil)
        #expect(event.fields == [.type, .time, .source, .text, .fromMe, .atMe, .size])
    }

    @Test("the last value of a field counts")
    func replaced() {
        var event = Event(.messageReceived, at: now, source: .callback)
        event.set(.text, to: "first")
        event.set(.account, to: "a")
        event.set(.text, to: "second")
        #expect(event.text(of: .text) == "second")
        #expect(event.text(of: .account) == "a")
        var same = Event(.messageReceived, at: now, source: .callback)
        same.set(.account, to: "a")
        same.set(.text, to: "second")
        #expect(event == same)
        same.set(.text, to: "third")
        #expect(event != same)
    }

    @Test(
        "a number must be one in JSON's grammar",
        arguments: [
            ("0", true), ("-1", true), ("1688850000000000001", true), ("0.5", true), ("1e9", true), ("-2.5E-3", true),
            ("", false), ("01", false), ("+1", false), (".5", false), ("1.", false), ("1e", false), ("0x10", false),
            ("NaN", false), ("1 ", false), ("--1", false), ("1,2", false),
        ])
    func numbers(text: String, isNumber: Bool) {
        var event = Event(.messageReceived, at: now, source: .callback)
        let isSet = event.set(.size, to: text)
        #expect(isSet == isNumber)
        #expect(event.text(of: .size) == (isNumber ? text : nil))
    }

    @Test("a time is kept in one form, and what is none is not kept")
    func times() {
        var event = Event(.approvalChanged, at: now, source: .callback)
        let isSet = event.set(.appliedAt, to: "2026-11-24T06:33:00+08:00")
        #expect(isSet)
        #expect(event.text(of: .appliedAt) == "2026-11-23T22:33:00.000Z")
        let isSetAgain = event.set(.appliedAt, to: "yesterday")
        #expect(!isSetAgain)
        #expect(event.text(of: .appliedAt) == "2026-11-23T22:33:00.000Z")
    }

    @Test("text that is not UTF-8 is repaired, raw bytes are kept")
    func brokenText() {
        let broken: [UInt8] = [0x61, 0xe4, 0xbd, 0x62]
        var event = Event(.messageReceived, at: now, source: .callback)
        event.set(.text, to: broken.span)
        event.set(.raw, to: broken.span)
        #expect(event.text(of: .text) == "a\u{fffd}b")
        var raw: [UInt8] = []
        if let value = event.value(of: .raw) { raw = value.indices.map { value[$0] } }
        #expect(raw == broken)
    }

    @Test("a number too large for a double has no value, but keeps its digits")
    func hugeNumber() {
        var event = Event(.messageReceived, at: now, source: .callback)
        event.set(.size, to: "1e999")
        #expect(event.number(of: .size) == nil)
        #expect(event.text(of: .size) == "1e999")
    }

    @Test("a description masks what is secret")
    func description() {
        var event = Event(.suiteTicket, at: now, source: .callback)
        event.set(.suiteTicket, to: "asdf")
        event.set(.suiteID, to: "ww4")
        #expect(
            event.description
                == "type=suite.ticket time=2026-11-23T22:33:00.123Z source=callback content.suite_id=ww4 "
                + "content.suite_ticket=***")
    }
}
