import Events
import Language
import TestBasics
import Testing

@testable import Rules

@Suite("Matcher")
struct MatcherTests {
    private func decide(_ rules: String, _ event: Event) throws -> (routes: [String], targets: [Target]) {
        let rules = try #require(RuleSet.check(rules).rules)
        var matcher = Matcher(rules)
        let decision = matcher.decide(event)
        return (rules.routeNames(decision), rules.targets(decision))
    }

    @Test("the index decides as trying all routes in order does", arguments: 1...24 as ClosedRange<UInt64>)
    func naiveTwin(seed: UInt64) throws {
        var generator = RandomRules(random: SplitMix64(seed: seed))
        let text = generator.file(routes: 12)
        let rules = try #require(RuleSet.check(text).rules, "seed \(seed):\n\(text)")
        var matcher = Matcher(rules)
        let naive = NaiveRules(text)
        for round in 0..<150 {
            let event = generator.event()
            let matched = rules.routeNames(matcher.decide(event))
            let shown = event.fields.map { "\($0) \(event.text(of: $0) ?? "")" }
            try #require(matched == naive.matchedRoutes(event), "seed \(seed), round \(round), \(shown):\n\(text)")
            let explained = matcher.explain(event).routes.filter { $0.outcome == .matched && !$0.isShadow }.map(\.name)
            #expect(explained == matched, "seed \(seed), round \(round): the explanation differs")
        }
    }

    @Test("every route that matches applies, until one says stop")
    func stop() throws {
        let rules = """
            route "a" { to webhooks }
            route "b" { when type = account.login to accounts stop }
            route "c" { to webhooks }
            """
        #expect(try decide(rules, Event(.accountLogin, [:])).routes == ["a", "b"])
        let other = try decide(rules, Event(.messageReceived, [:]))
        #expect(other.routes == ["a", "c"] && other.targets == [.webhooks])
    }

    @Test("a route in shadow is counted, and neither sends nor stops")
    func shadow() throws {
        let rules = try #require(
            RuleSet.check(
                """
                route "a" { to accounts stop shadow }
                route "b" { when tenant = "t" to webhooks shadow }
                route "c" { to webhooks }
                """
            ).rules)
        var matcher = Matcher(rules)
        let decision = matcher.decide(Event(.accountLogin, [:]))
        #expect(decision.shadows == [0] && decision.routes == [2] && rules.targets(decision) == [.webhooks])
        rules.matches.add(decision.routes)
        rules.matches.add(decision.shadows)
        rules.matches.add(matcher.decide(Event(.accountLogin, [.tenant: "t"])).shadows)
        #expect((0..<3).map { rules.matches[$0] } == [2, 1, 1])
    }

    @Test("one endpoint in two routes is one target")
    func endpointOnce() throws {
        let rules = """
            route "a" { to webhook "https://x.example/h" secret env:S }
            route "b" { to webhook "https://x.example/h" secret env:S   to webhook "https://x.example/h" }
            """
        let targets = try decide(rules, Event(.accountLogin, [:])).targets
        #expect(
            targets == [
                .webhook(url: "https://x.example/h", secret: .environment("S"), index: 0),
                .webhook(url: "https://x.example/h", secret: nil, index: 1),
            ])
    }

    @Test("what is asked of an absent field is false, and its opposite true")
    func absent() throws {
        let event = Event(.messageReceived, [:])
        for (condition, holds) in [
            ("content.text = \"a\"", false), ("content.text != \"a\"", true), ("content.text exists", false),
            ("not content.text exists", true), ("content.size < 5", false), ("content.size != 5", true),
            ("content.at_me = false", false), ("not tenant in [\"a\"]", true),
        ] {
            let matched = try decide("route \"r\" { when \(condition) to webhooks }", event).routes
            #expect(matched.isEmpty != holds, "\(condition)")
        }
    }

    @Test("numbers above 2^53 keep their last digits, fractions and exponents are understood")
    func numbers() throws {
        for (condition, value, holds) in [
            ("content.size = 9007199254740993", "9007199254740993", true),
            ("content.size = 9007199254740993", "9007199254740992", false),
            ("content.size > 2MB", "2097153", true), ("content.size >= 1.5", "1.5", true),
            ("content.size < 1.5", "1e0", true), ("content.size in [1, 2]", "2", true),
            ("content.size = -3", "-3", true),
            ("content.size > 5", "99999999999999999999", true),
        ] {
            let event = Event(.messageReceived, [.size: value])
            let matched = try decide("route \"r\" { when \(condition) to webhooks }", event).routes
            #expect(matched.isEmpty != holds, "\(condition) of \(value)")
        }
    }

    @Test("times are compared as moments, in whatever zone they are written")
    func times() throws {
        let event = Event(.messageReceived, [:])  // 2026-11-23T22:33:00.123Z
        for (condition, holds) in [
            ("time < \"2026-11-24T06:33:01+08:00\"", true), ("time > \"2026-11-23T22:33:00Z\"", true),
            ("time >= \"2026-11-23T22:33:00.124Z\"", false),
        ] {
            let matched = try decide("route \"r\" { when \(condition) to webhooks }", event).routes
            #expect(matched.isEmpty != holds, "\(condition) of \(event.text(of: .time) ?? "")")
        }
    }

    private func tried(_ rules: RuleSet, _ event: Event) -> [Int] {
        var candidates = Candidates()
        var scan = WordScan(rules.words)
        scan.beginEvent()
        rules.index.gather(event, &scan, into: &candidates)
        var tried: [Int] = []
        while let route = candidates.next(of: rules.index.routes) { tried.append(Int(route)) }
        return tried
    }

    @Test(
        "rules of other tenants, senders, rooms and words are not looked at",
        arguments: [
            ("tenant = \"t#\"", [.tenant: "t7"]), ("content.from = \"f#\"", [.from: "f7"]),
            ("content.kind = text and content.room in [\"r#\", \"x#\"]", [.kind: "text", .room: "x7"]),
            ("content.text contains any [\"word#!\", \"词#!\"]", [.text: "a word7!, 词7! and word7! again"]),
            ("tenant = \"one\" and content.text contains \"w#!\"", [.tenant: "one", .text: "w7!"]),
            ("(content.from = \"f#\" or content.from = \"g#\")", [.from: "g7"]),
            ("(content.text contains \"a#!\" or content.text contains \"b#!\")", [.text: "b7! a7!"]),
        ] as [(String, [Field: String])])
    func indexed(condition: String, fields: [Field: String]) throws {
        let text = (0..<2000).map { number in
            let own = condition.split(separator: "#", omittingEmptySubsequences: false).joined(separator: "\(number)")
            return "route \"r\(number)\" { when type = message.* and \(own) to webhooks }"
        }
        let rules = try #require(RuleSet.check(text.joined(separator: "\n")).rules)
        #expect(tried(rules, Event(.messageReceived, fields)) == [7])
        #expect(tried(rules, Event(.messageReceived, [:])) == [])
    }

    @Test("rules of other types are not looked at")
    func indexedByType() throws {
        let text = (0..<100).map { "route \"t\($0)\" { when tenant = \"t\" and type = message.* to webhooks }" }
        let rules = try #require(RuleSet.check(text.joined(separator: "\n")).rules)
        #expect(tried(rules, Event(.accountLogin, [.tenant: "t"])) == [])
        #expect(tried(rules, Event(.messageReceived, [.tenant: "t"])) == Array(0..<100))
    }
}
