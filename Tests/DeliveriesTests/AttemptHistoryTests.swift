// Deliveries as tenants see them, from streams in a real Redis.

import Gateway
import Loop
import Redis
import TestBasics
import TestSupport
import Testing
import Webhooks

@testable import Deliveries

@Suite struct AttemptHistoryTests {
    private static func id(_ milliseconds: Int) -> StreamID {
        StreamID(milliseconds: UInt64(milliseconds), sequence: 0)
    }

    @Test("an attempt reads as it was written, whatever its texts hold")
    func codec() throws {
        var odd = delivery(Self.id(5), to: "acme/crm", inboxID: "4-0", attempts: 2)
        odd.attempts = 2
        let one = entry(.waiting, of: odd, number: 2, status: nil)
        let read = try #require(AttemptEntry(words: one.words, detail: "", answer: Array("no".utf8), letter: nil))
        #expect(read == one)
        #expect(read.eventType == "message.received" && read.inboxID == "4-0")
        for wrong in ["", "d", "q 1-0 1 200 - 1 1 e t - -", "d 1-0 x 200 - 1 1 e t - -", "d 1-0 1 200 - 1 1 e t -"] {
            #expect(AttemptEntry(words: wrong, detail: "", answer: [], letter: nil) == nil)
        }
        let silent = Delivery(id: Self.id(1), endpoint: "a/b", eventID: "no id", record: [], rulesVersion: "")
        let nameless = entry(.delivered, of: silent)
        #expect(AttemptEntry(words: nameless.words, detail: "", answer: [], letter: nil)?.eventID == "")
    }

    @Test("pages hold every delivery once, the latest first, over endpoints and partitions, also while more arrive")
    func pages() async throws {
        try await withRedis { _, redis, _ in
            var random = SplitMix64(seed: Seed.ofThisRun)
            let endpoints = ["acme/a", "acme/b", "acme/c"]
            var expected: [(ScrollPosition, String)] = []
            for number in 1...300 {
                let partition = random.pick(Partition.all)
                let endpoint = random.pick(endpoints)
                // Several in a millisecond, in different streams.
                let made = delivery(Self.id(1000 + number), to: endpoint)
                let place = "\(5000 + number / 7)-\(number)"
                try await redis.keep(entry(.delivered, of: made), of: endpoint, in: partition, at: place)
                let position = ScrollPosition(id: StreamID(place)!, partition: partition, endpoint: endpoint)
                expected.append((position, "\(partition.number)-\(made.id)"))
            }
            let history = AttemptHistory(redis: redis)
            var found: [String] = []
            var next: ScrollPosition?
            repeat {
                let page = try await history.page(endpoints, DeliveryFilter(), before: next, size: 17)
                found += page.elements.map(\.id.description)
                #expect(page.elements.count == 17 || page.next == nil)
                next = page.next.flatMap { ScrollPosition($0.text) }
                let late = delivery(Self.id(9000), to: "acme/a")
                try await redis.keep(entry(.delivered, of: late), of: "acme/a", in: Partition.all[0], at: "*")
            } while next != nil
            #expect(found == expected.sorted { $0.0 > $1.0 }.map(\.1), "seed \(Seed.ofThisRun)")
        }
    }

    @Test("a delivery stands in the list once, by its last attempt; what waits says until when")
    func lastAttempts() async throws {
        try await withRedis { _, redis, _ in
            let partition = Partition.all[7]
            let history = AttemptHistory(redis: redis)
            let over = delivery(Self.id(10), to: "acme/crm")
            try await redis.keep(
                entry(.waiting, of: over, number: 1, status: 500), of: "acme/crm", in: partition, at: "20-0")
            try await redis.keep(entry(.delivered, of: over, number: 2), of: "acme/crm", in: partition, at: "30-0")
            let waiting = delivery(Self.id(11), to: "acme/crm", attempts: 2)
            for number in 1...2 {
                try await redis.keep(
                    entry(.waiting, of: waiting, number: number, status: 500), of: "acme/crm", in: partition,
                    at: "4\(number)-0")
            }
            try await redis.putOff(waiting, in: partition, until: 1_900_000_000_000)

            var filter = DeliveryFilter()
            let all = try await history.page(["acme/crm"], filter, before: nil, size: 10).elements
            #expect(all.map(\.id.description) == ["7-11-0", "7-10-0"])
            #expect(all.map(\.last.attempt.number) == [2, 2])
            #expect(all.map(\.due) == [1_900_000_000_000, nil])
            filter.outcome = .waiting
            #expect(try await history.page(["acme/crm"], filter, before: nil, size: 10).elements.count == 1)
            filter.outcome = nil
            filter.eventType = "message.*"
            filter.from = 25
            filter.to = 35
            let some = try await history.page(["acme/crm"], filter, before: nil, size: 10).elements
            #expect(some.map(\.id.description) == ["7-10-0"])
            filter.eventType = "account.*"
            #expect(try await history.page(["acme/crm"], filter, before: nil, size: 10).elements.isEmpty)

            let details = try #require(try await history.find(DeliveryID(partition, Self.id(11)), to: "acme/crm"))
            #expect(details.outcome == .waiting && details.attempts.map(\.attempt.number) == [1, 2])
            #expect(details.attempts.first?.attempt.answer == Array("no".utf8))
            #expect(try await history.find(DeliveryID(partition, Self.id(11)), to: "other/crm") == nil)
            #expect(try await history.find(DeliveryID(partition, Self.id(12)), to: "acme/crm") == nil)
        }
    }

    @Test("a delivery is sent again from wherever its event is kept, and once more when asked once more")
    func resending() async throws {
        try await withRedis { _, redis, _ in
            let partition = Partition.all[2]
            let history = AttemptHistory(redis: redis)
            func details(_ made: Delivery) async throws -> DeliveryDetails {
                try #require(try await history.find(DeliveryID(partition, made.id), to: made.endpoint))
            }
            // Delivered, and in the inbox.
            let inbox = try await redis.send(RedisCommand("XADD", partition.inbox, "*", "event", "{}")).text ?? ""
            let sent = delivery(Self.id(10), to: "acme/crm", inboxID: inbox)
            try await redis.keep(entry(.delivered, of: sent), of: "acme/crm", in: partition, at: "20-0")
            for _ in 1...2 { #expect(try await history.resend(try await details(sent)) != nil) }
            let twice = try await redis.queued(partition)
            #expect(twice.count == 2 && twice.allSatisfy { $0.eventID == sent.eventID && $0.inboxID == inbox })
            #expect(twice.first?.record == Array("{}".utf8))

            // Given up.
            let dead = delivery(Self.id(11), to: "acme/crm")
            let letter = try await redis.bury(dead, in: partition)
            try await redis.keep(
                entry(.dead, of: dead, status: 500), of: "acme/crm", in: partition, at: "21-0", letter: letter)
            let found = try await details(dead)
            #expect(try await history.resend(found) != nil)
            #expect(try await redis.send(RedisCommand("XLEN", partition.dead("acme/crm"))) == .integer(0))
            #expect(try await redis.queued(partition).last?.record == dead.record)
            // The letter is gone, and nothing else keeps the event.
            #expect(try await history.resend(found) == nil)

            // Waiting: it goes on waiting.
            let waiting = delivery(Self.id(12), to: "acme/crm", attempts: 1)
            try await redis.putOff(waiting, in: partition, until: 1_900_000_000_000)
            #expect(try await history.resend(try await details(waiting)) != nil)
            #expect(try await redis.queued(partition).last?.record == waiting.record)
            #expect(try await redis.send(RedisCommand("ZCARD", partition.retry)) == .integer(1))

            // The inbox has let it go.
            let old = delivery(Self.id(13), to: "acme/crm", inboxID: "5-0")
            try await redis.keep(entry(.delivered, of: old), of: "acme/crm", in: partition, at: "22-0")
            #expect(try await history.resend(try await details(old)) == nil)
        }
    }

    @Test("dead letters are listed without their events, sent once, or dropped")
    func letters() async throws {
        try await withRedis { _, redis, _ in
            let partition = Partition.all[9]
            let letters = DeadLetters(redis: redis)
            for number in 1...5 {
                _ = try await redis.bury(
                    delivery(Self.id(number), to: "acme/crm"), in: partition, at: "10\(number)-0")
            }
            let page = try await letters.page(["acme/crm"], DeliveryFilter(), before: nil, size: 10)
            #expect(page.elements.map(\.id.description) == (1...5).reversed().map { "9-10\($0)-0" })
            let first = try #require(page.elements.first)
            #expect(first.eventType == "message.received" && first.delivery == "9-5-0" && first.attempts == 3)
            #expect(first.reason == "status_5xx" && first.detail == "status 500")
            #expect(try await letters.counts(of: ["acme/crm", "acme/none"]) == ["acme/crm": 5, "acme/none": 0])
            #expect(try await letters.find(first.id, of: "acme/none") == nil)
            #expect(try await letters.retry(first) != nil)
            #expect(try await letters.retry(first) == nil, "somebody was faster")
            #expect(try await redis.queued(partition).map(\.eventID) == ["evt_5-0"])
            try await letters.drop(page.elements[1])
            #expect(try await letters.counts(of: ["acme/crm"]) == ["acme/crm": 3])
            try await letters.dropAll(of: "acme/crm")
            #expect(try await letters.counts(of: ["acme/crm"]) == ["acme/crm": 0])
        }
    }

    @Test("cursors and ids that nobody gave out are none")
    func names() {
        for wrong in ["", "zz", "00", "313730302d302d39392d61636d65", "3"] { #expect(ScrollPosition(wrong) == nil) }
        let position = ScrollPosition(id: Self.id(1700), partition: Partition.all[3], endpoint: "acme/a-b")
        #expect(ScrollPosition(position.text) == position)
        for wrong in ["", "3", "16-1-0", "03-1-0", "3-01-0", "3-1", "3-1-0-0", "-1-1-0"] {
            #expect(DeliveryID(wrong) == nil, "\(wrong)")
        }
        #expect(DeliveryID("3-1700000000000-0")?.description == "3-1700000000000-0")
    }
}
