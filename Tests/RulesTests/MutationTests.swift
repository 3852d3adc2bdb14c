import Events
import Language
import TestBasics
import Testing

@testable import Rules

@Suite("Rules under mutation")
struct MutationTests {
    private static let seed = """
        route "a" { when type in [account.*, message.received] and (content.text contains any ["退款", "x"]
            or not tenant != "b") and content.size >= 2MB and time < "2026-11-23T22:33:00Z" to webhooks
            to webhook "https://h.example" secret env:S to alert "n" level info stop }
        quota tenant "t" { accounts 1 messages 2 per day sends 3 per second per account over delay }
        alert "o" { when message.failure_rate > 1.5% for 2m level critical }
        channel m { kind smtp url file:/k to ["a@b"] } notify info { to [m] } notify critical { to all }
        suppress repeats for 5m group by [tenant] wait 10s
        silence "n" { daily 23:00-07:00 zone "Asia/Shanghai" levels [info] }
        """

    @Test("no text traps the checker or keeps it, and no error goes unsaid", arguments: 1...6 as ClosedRange<UInt64>)
    func checkerSurvives(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let original = Array(Self.seed.utf8)
        let pieces = Self.seed.split(separator: " ").map { Array($0.utf8) + [0x20] }
        let event = Event(.messageReceived, [.tenant: "b", .text: "我要退款", .size: "3000000"])
        for round in 0..<150 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...30, using: &random)))
                case 1: bytes.insert(contentsOf: random.pick(pieces), at: min(place, bytes.count))
                case 2: bytes.insert(random.pick(Array("{}[]()\",=#\n\\:-".utf8)), at: min(place, bytes.count))
                case 3 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
                default: bytes.append(contentsOf: bytes[min(place, bytes.count)...])
                }
            }
            let checked = RuleSet.check([SourceFile(name: "main.rules", bytes: bytes)])
            #expect((checked.rules == nil) == checked.findings.hasErrors, "seed \(seed), round \(round)")
            _ = checked.findings.rendered
            if let rules = checked.rules {
                var matcher = Matcher(rules)
                _ = matcher.decide(event)
                _ = matcher.explain(event).rendered
            }
        }
    }
}
