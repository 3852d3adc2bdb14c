// `rules`: what one decision of the matcher costs, with as many routes as asked for, or with one that has a list of as many words;
// what it takes to compile them, in time and memory. No I/O; all times are those of the processor.

import Allocations
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
        let text = words > 0 ? Self.list(of: words) : Self.rules(routes)
        let memory = allocatedBytes()
        let compiling = computingTime()
        let file = SourceFile(name: "bench.rules", text: text)
        let checked = RuleSet.check([file])
        let compiled = Double(computingTime() - compiling) / 1_000_000
        let bytes = allocatedBytes() - memory - file.bytes.count
        guard let rules = checked.rules else { throw LoadFault("the rules have errors: \(checked.findings.rendered)") }
        let events = try (0..<Self.eventCount).map(Self.event)
        var matcher = Matcher(rules)
        var decision = Decision()
        var matched = 0
        // Twice: memory that grows with what an event finds has its size by then.
        for event in events + events { matcher.decide(event, into: &decision) }
        let allocations = allocations_of_this_thread()
        let started = computingTime()
        for _ in 0..<rounds {
            for event in events {
                matcher.decide(event, into: &decision)
                matched += decision.routes.count
            }
        }
        let spent = Double(computingTime() - started) / 1000
        let allocated = Double(allocations_of_this_thread() - allocations)
        let decisions = rounds * events.count
        return Report([
            "routes": .count(routes), "words": .count(words), "file_bytes": .count(file.bytes.count),
            "compile_ms": .rounded(compiled),
            "bytes_per_route": .count(bytes / max(1, routes)),
            "us_per_event": .rounded(spent / Double(decisions)),
            "allocations_per_event": .rounded(allocated / Double(max(1, decisions))),
            "routes_per_event": .rounded(Double(matched) / Double(decisions)),
        ])
    }

    /// Routes as a rule file has them, ten kinds in turn: by tenant, sender, group chat, conversation and words of the text, to
    /// endpoints, alerts and handlers, one that stops and one in shadow; and a quota for every tenth tenant.
    private static func rules(_ count: Int) -> String {
        (0..<count).map { number in
            let (when, to) = clauses(of: number)
            let quota =
                "quota tenant \"tenant-\(number)\" { messages 10_000 per day   sends 20 per second per account }\n"
            return "route \"r\(number)\" {\n    when  \(when)\n    to    \(to)\n}\n" + (number % 10 == 0 ? quota : "")
        }.joined(separator: "\n")
    }

    private static func clauses(of number: Int) -> (when: String, to: String) {
        let endpoint = "webhook \"https://example.com/\(number)\" secret env:SECRET_\(number % 100)"
        return switch number % 10 {
        case 0: ("type = message.received and tenant = \"tenant-\(number)\"", endpoint)
        case 1:
            (
                "type = message.received\n          and content.text contains any [\"word\(number)\", \"退款\(number)\"]",
                "alert \"complaint \(number)\" level warning"
            )
        case 2: ("type in [account.login, account.logout] and account = \"account-\(number)\"", "accounts")
        case 3: ("content.from = \"user\(number)\" and content.kind = text", endpoint)
        case 4: ("type = message.* and content.room in [\"room\(number)\", \"room\(number)b\"]", "webhooks")
        case 5: ("conversation = \"user\(number)\" and not content.from_me = true", endpoint)
        case 6: ("tenant = \"tenant-\(number)\" and content.kind = typing", "drop   stop")
        case 7: ("tenant = \"tenant-\(number)\" and type = job.finished", "alert \"job \(number)\" level critical")
        case 8: ("tenant = \"tenant-\(number)\" and content.size > 5MB", "outbound   shadow")
        default: ("tenant in [\"tenant-\(number)\", \"tenant-\(number)b\"] and content.chat_type = group", endpoint)
        }
    }

    /// One route with a list of words, each event having one of the first 256 in its text.
    private static func list(of count: Int) -> String {
        let words = (0..<count).map { "\"word\($0 * 10 + 1)\"" }.joined(separator: ",\n")
        return "route \"words\" { when content.text contains any [\(words)]  to webhooks }\n"
    }

    private static func event(_ number: Int) throws(LoadFault) -> Event {
        let json = """
            {"id":"evt_01","type":"message.received","tenant":"tenant-\(number * 10)","account":"account-\(number)",
            "conversation":"user\(number * 10 + 5)","time":"2026-11-23T22:33:00.000Z","source":"callback","source_name":"bench",
            "content":{"kind":"text","from":"user\(number * 10 + 3)","room":"room\(number * 10 + 4)","from_me":false,\
            "text":"您好, my order 20931 is late: word\(number * 10 + 1). 请尽快处理, thank you"}}
            """
        do {
            return try Event(json: Array(json.utf8).span, as: .sketch(at: .epoch))
        } catch {
            throw LoadFault("the event cannot be read: \(error)")
        }
    }
}
