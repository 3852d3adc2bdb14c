import Events
import Language
import TestBasics
import Testing

@testable import Rules

@Suite("Stops")
struct StopsTests {
    /// A requirement of few types, fields and values, so that one often includes another.
    private func requirement(_ random: inout SplitMix64) -> Requirement {
        var requirement = Requirement.none
        requirement.types = random.pick([.all, [.messageReceived], [.messageReceived, .accountLogin], [.accountLogin]])
        for (place, field) in ([.tenant, .account, .room] as [Field]).enumerated() where random.below(2) == 0 {
            let numbers = (0...random.below(3)).map { _ in Int32(place * 5 + random.below(5)) }
            requirement.values.append(Requirement.FieldValues(field: field, numbers: Set(numbers)))
        }
        requirement.values.shuffle(using: &random)
        requirement.isExact = random.below(5) > 0
        return requirement
    }

    @Test("the first stop that takes all of a route is the one that comparing with each finds")
    func naiveTwin() {
        var random = SplitMix64(seed: Seed.ofThisRun)
        let place = Cursor(SourceFile(name: "t", text: "x")).next.range
        for round in 0..<200 {
            var stops = Stops()
            var all: [(name: String, requirement: Requirement)] = []
            for number in 0..<60 {
                let route = requirement(&random)
                let naive = all.first { $0.requirement.isExact && $0.requirement.includes(route) }?.name
                #expect(stops.first(including: route)?.name.value == naive, "round \(round); \(Seed.note)")
                let stop = requirement(&random)
                stops.add(Located("\(number)", at: place), stop)
                all.append(("\(number)", stop))
            }
        }
    }

    @Test("a route behind a thousand stops is told which one takes its events")
    func manyStops() {
        let stops = (0..<1000).map {
            "route \"s\($0)\" { when account in [\"a\", \"b\"] and tenant = \"t\($0)\" to webhooks stop }\n"
        }
        let route = "route \"r\" { when account = \"a\" and tenant = \"t777\" and content.kind = text to webhooks }"
        #expect(
            RuleSet.check(stops.joined() + route).summaries == [
                "main.rules:1001:7: warning: route \"r\" is never reached: \"s777\" stops all its events before"
            ])
    }
}
