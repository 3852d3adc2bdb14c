// `rules`: what one decision of the matcher costs, with as many routes as asked for, or with one that has a list of as many words;
// what it takes to compile them, in time and memory. No I/O.

import Codec
import Events
import Language
import Rules

struct RuleMatching {
    private let routes: Int
    /// Of the one list of words, in place of the routes; 0 for none.
    private let words: Int
    private let rounds: Int

    /// More than one, so that the branch predictor does not learn a single event by heart.
    private static let eventCount = 256

    init(_ arguments: Arguments) throws(LoadFault) {
        routes = try arguments.number("routes", orElse: 1)
        words = try arguments.number("words", orElse: 0)
        rounds = try arguments.number("rounds", orElse: 400)
    }

    func report() throws -> Report {
        let file = SourceFile(name: "bench.rules", text: words > 0 ? Self.list(of: words) : Self.rules(routes))
        let memory = allocatedBytes()
        let compiling = monotonicNow()
        let checked = RuleSet.check([file])
        let compiled = Double(monotonicNow() - compiling) / 1_000_000
        let bytes = allocatedBytes() - memory
        guard let rules = checked.rules else { throw LoadFault("the rules have errors: \(checked.findings.rendered)") }
        let events = try (0..<Self.eventCount).map(Self.event)
        var matcher = Matcher(rules)
        var decision = Decision()
        var matched = 0
        for event in events { matcher.decide(event, into: &decision) }
        let started = monotonicNow()
        for _ in 0..<rounds {
            for event in events {
                matcher.decide(event, into: &decision)
                matched += decision.routes.count
            }
        }
        let spent = Double(monotonicNow() - started) / 1000
        let decisions = rounds * events.count
        return Report([
            "routes": .count(routes), "words": .count(words), "compile_ms": .rounded(compiled),
            "bytes_per_route": .count(bytes / max(1, routes)),
            "us_per_event": .rounded(spent / Double(decisions)),
            "routes_per_event": .rounded(Double(matched) / Double(decisions)),
        ])
    }

    /// Routes as a rule file has them: by tenant and type, by words of the text, by sender.
    private static func rules(_ count: Int) -> String {
        (0..<count).map { number in
            let condition =
                switch number % 4 {
                case 0: "type = message.received and tenant = \"tenant-\(number)\""
                case 1: "type = message.received and content.text contains any [\"word\(number)\", \"退款\(number)\"]"
                case 2: "type in [account.login, account.logout] and account = \"account-\(number)\""
                default: "content.from = \"user\(number)\" and content.kind = text"
                }
            return "route \"r\(number)\" { when \(condition)  to webhook \"https://example.com/\(number)\" }\n"
        }.joined()
    }

    /// One route with a list of words, each event having one of the first 256 in its text.
    private static func list(of count: Int) -> String {
        let words = (0..<count).map { "\"word\($0 * 4 + 1)\"" }.joined(separator: ",\n")
        return "route \"words\" { when content.text contains any [\(words)]  to webhooks }\n"
    }

    private static func event(_ number: Int) throws(LoadFault) -> Event {
        let json = """
            {"id":"evt_01","type":"message.received","tenant":"tenant-\(number * 4)","account":"account-\(number)",
            "conversation":"user\(number)","time":"2026-11-23T22:33:00.000Z","source":"callback","source_name":"bench",
            "content":{"kind":"text","from":"user\(number * 4 + 3)","text":"您好, my order 20931 is late: word\(number * 4 + 1). 请尽快处理, thank you"}}
            """
        do {
            return try Event(json: Array(json.utf8).span, as: .sketch(at: .epoch))
        } catch {
            throw LoadFault("the event cannot be read: \(error)")
        }
    }
}
