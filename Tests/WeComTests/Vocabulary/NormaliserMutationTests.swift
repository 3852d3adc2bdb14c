import Crypto
import Events
import TestBasics
import Testing

@testable import WeCom

/// Documents that nobody wrote: whatever arrives, a callback becomes an event, and an instance's body events or a fault.
struct NormaliserMutationTests {
    private static func documents(_ isWanted: (String) -> Bool) throws -> [[UInt8]] {
        try GoldenEventTests.cases().filter { isWanted($0.name) }.map { Array($0.document.utf8) }
    }

    @Test(
        "random changes to a callback's document always give an event with a readable record",
        arguments: [UInt64(1), 2])
    func callbacks(seed: UInt64) throws {
        var random = RandomSource.seeded(seed)
        let documents = try Self.documents { !$0.hasPrefix("instance") }
        for document in documents {
            for _ in 0..<40 {
                let changed = Self.mutated(document, with: documents, &random)
                try check(Normalisers.event(changed), raw: changed, "seed \(seed)")
            }
        }
    }

    @Test("random changes to an instance's body give events or a fault", arguments: [UInt64(1), 2])
    func instances(seed: UInt64) throws {
        var random = RandomSource.seeded(seed)
        let bodies = try Self.documents { $0.hasPrefix("instance") }
        for body in bodies {
            for _ in 0..<150 {
                let changed = Self.mutated(body, with: bodies, &random)
                do {
                    let events = try Normalisers.events(changed)
                    #expect(!events.isEmpty, "seed \(seed)")
                    for event in events { try check(event, raw: nil, "seed \(seed)") }
                } catch is InstanceFault {
                    continue
                }
            }
        }
    }

    @Test("every beginning of a document gives an event")
    func prefixes() throws {
        for document in try Self.documents({ $0.hasPrefix("message") || $0.hasPrefix("bot") }) {
            for count in stride(from: 0, to: document.count, by: 7) {
                let prefix = Array(document.prefix(count))
                try check(Normalisers.event(prefix), raw: prefix, "\(count) bytes")
            }
        }
    }

    private func check(_ event: Event, raw: [UInt8]?, _ note: Comment) throws {
        if let raw { #expect(event.bytes(of: .raw) == raw, note) }
        #expect(event.has(.dedupe) && event.has(.account), note)
        for field in event.fields where !field.row.types.contains(event.type) {
            Issue.record("\(field) does not belong to \(event.type); \(note)")
        }
        var identified = event
        identified.set(.id, to: "evt_1")
        var record: [UInt8] = []
        identified.append(jsonTo: &record)
        #expect(try Event(json: record.span) == identified, note)
    }

    private static func mutated(
        _ document: [UInt8], with others: [[UInt8]], _ random: inout RandomSource
    ) -> [UInt8] {
        var changed = document
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            let index = Int.random(in: 0...changed.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where index < changed.count: changed[index] = UInt8.random(in: 0...255, using: &random)
            case 1 where index < changed.count: changed.remove(at: index)
            case 2: changed.insert(contentsOf: "<>&;\"\\{}[]:,0-".utf8.shuffled(using: &random).prefix(2), at: index)
            case 3: changed.removeSubrange(index..<min(changed.count, index + 9))
            default:
                // A piece of another document: well-formed more often than chance is.
                let other = others.randomElement(using: &random) ?? []
                let start = Int.random(in: 0...other.count, using: &random)
                changed.insert(contentsOf: other[start..<min(other.count, start + 40)], at: index)
            }
        }
        return changed
    }
}
