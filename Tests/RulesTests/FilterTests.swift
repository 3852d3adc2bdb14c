// Conditions that stand by themselves.

import Events
import Language
import Testing

@testable import Rules

@Suite struct FilterTests {
    private func event(_ type: EventType, text: String = "", account: String = "sales") -> Event {
        var event = Event(type, at: .epoch, source: .callback)
        event.set(.account, to: account)
        if !text.isEmpty { event.set(.text, to: text) }
        return event
    }

    private func errors(_ text: String, types: EventTypeSet = .all) -> [String] {
        let checked = Filter.check(text, types: types)
        #expect((checked.filter == nil) == checked.findings.hasErrors)
        return checked.findings.diagnostics.filter { $0.severity == .error }.map(\.rendered)
    }

    @Test("a filter is asked about one event after the other, and no answer depends on an earlier one")
    func matching() throws {
        let text = "type = message.received and (content.text contains any [\"退款\", \"投诉\"] or account = \"vip\")"
        let filter = try #require(Filter.check(text).filter)
        #expect(filter.text == text)
        var matcher = FilterMatcher(filter)
        let events = [
            event(.messageReceived, text: "我要退款"), event(.messageReceived, text: "hello"),
            event(.messageReceived, text: "hello", account: "vip"), event(.messageSent, text: "我要退款"),
        ]
        for _ in 0..<3 {
            let answers = events.map { matcher.matches($0) }
            #expect(answers == [true, false, true, false])
        }
    }

    @Test("a mistake is told with its line and a caret")
    func mistakes() {
        #expect(
            errors("type = message.recieved") == [
                """
                filter:1:8: error: unknown event type `message.recieved`; did you mean `message.received`?
                 1 | type = message.recieved
                   |        ^~~~~~~~~~~~~~~~
                """
            ])
        for text in [
            "", "type", "type = message.received)", "type = message.received to webhooks", "(account = \"a\"", "\"",
            "}",
        ] {
            #expect(errors(text).count == 1, "\(text)")
        }
        #expect(errors(String(repeating: "a", count: Filter.bytesMax + 1)).count == 1)
    }

    @Test("a filter that no event of a subscription's types can meet is a mistake")
    func types() {
        #expect(errors("content.text contains \"x\"", types: [.messageReceived]).isEmpty)
        #expect(errors("content.text contains \"x\"", types: [.accountLogin]).count == 1)
        #expect(errors("type = message.received", types: [.accountLogin]).count == 1)
        #expect(errors("type = message.received and type = account.login").count == 1)
    }
}
