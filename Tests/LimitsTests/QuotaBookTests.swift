// The quotas against a real Redis: never one too many, never one lost.

import Codec
import Crypto
import Events
import Language
import Loop
import Redis
import Rules
import Telemetry
import TestSupport
import Testing

@testable import Limits

@Suite struct QuotaBookTests {
    /// Books on connections of their own, and the events they told of, of which each key is kept once as the edge does.
    private final class Desk {
        let books: [QuotaBook]
        private(set) var kept: [(key: String, event: Event)] = []
        /// So many notices cannot be kept first.
        var failures = 0
        private let clients: [RedisClient]

        init(_ count: Int, on loop: EventLoop, _ server: EmbeddedRedis) async {
            clients = (0..<count).map { _ in
                RedisClient(loop: loop, address: server.address, resolver: Resolver(loop: loop))
            }
            let keeping = Keeping()
            books = clients.map { client in
                let metrics = LimitsMetrics(MetricsRegistry())
                let herald = QuotaHerald(loop: loop, random: .system, metrics: metrics) {
                    keeping.desk?.keep($0, $1) ?? false
                }
                return QuotaBook(redis: client, quotas: QuotaTable([]), herald: herald, metrics: metrics)
            }
            keeping.desk = self
            for client in clients {
                loop.spawn { await client.run() }
                _ = await client.untilConnected(by: loop.now + .seconds(20))
            }
        }

        private final class Keeping { weak var desk: Desk? }

        private func keep(_ event: Event, _ key: String) -> Bool {
            guard failures == 0 else {
                failures -= 1
                return false
            }
            if !kept.contains(where: { $0.key == key }) { kept.append((key, event)) }
            return true
        }

        func close() { for client in clients { client.stop() } }
    }

    private func withDesk(
        _ count: Int = 1, _ body: @escaping @Sendable (EventLoop, RedisClient, Desk) async throws -> Void
    ) async throws {
        try await withRedis { loop, redis, server in
            let desk = await Desk(count, on: loop, server)
            defer { desk.close() }
            try await body(loop, redis, desk)
        }
    }

    private func terms(
        accounts: Int = 10, messages: Quota.Rate = Quota.Rate(count: 1000, period: .day, isPerAccount: false),
        sends: Quota.Rate? = nil, over excess: Quota.Excess = .reject, zone: ZoneInfo = .utc
    ) -> QuotaTerms {
        QuotaTerms(
            tenant: "acme", accounts: accounts, messages: messages, sends: sends, callbacks: nil, excess: excess,
            zone: zone)
    }

    /// Takes in as many tasks, spread over the books, and returns the decisions.
    private func rush(
        _ desk: Desk, _ count: Int, on loop: EventLoop,
        _ take: @escaping (QuotaBook, Int) async throws -> QuotaDecision
    ) async -> [QuotaDecision] {
        var decisions: [QuotaDecision] = []
        var open = count
        let done = Gate()
        for number in 0..<count {
            loop.spawn {
                do {
                    decisions.append(try await take(desk.books[number % desk.books.count], number))
                } catch {
                    Issue.record("\(error)")
                }
                open -= 1
                if open == 0 { done.open() }
            }
        }
        _ = await done.wait()
        return decisions
    }

    private func granted(_ decisions: [QuotaDecision]) -> [QuotaGrant] {
        decisions.compactMap { if case .granted(let grant) = $0 { grant } else { nil } }
    }

    @Test("many at once over several connections: as many messages as there may be, not one more and not one less")
    func messagesExact() async throws {
        try await withDesk(5) { loop, _, desk in
            let terms = terms(messages: Quota.Rate(count: 700, period: .day, isPerAccount: false))
            let decisions = await rush(desk, 2000, on: loop) { book, number in
                try await book.takeMessages(terms, account: "a\(number % 9)", reference: "r\(number)")
            }
            #expect(granted(decisions).count == 700 && decisions.count == 2000)
            let standing = try await desk.books[0].standing(terms)
            #expect(standing.messages == 700)
        }
    }

    @Test("what is given back can be taken again, and giving back twice gives back once")
    func givingBack() async throws {
        try await withDesk(3) { loop, _, desk in
            let terms = terms(
                messages: Quota.Rate(count: 50, period: .day, isPerAccount: false),
                sends: Quota.Rate(count: 40, period: .day, isPerAccount: true))
            let first = granted(
                await rush(desk, 60, on: loop) { book, number in
                    try await book.takeMessages(terms, account: "a", reference: "r\(number)")
                })
            #expect(first.count == 40, "the account's sends are fewer than the tenant's messages")
            for grant in first.prefix(15) {
                try await desk.books[0].giveBack(grant)
                try await desk.books[1].giveBack(grant)
            }
            var standing = try await desk.books[2].standing(terms)
            #expect(standing.messages == 25)
            let second = granted(
                await rush(desk, 60, on: loop) { book, number in
                    try await book.takeMessages(terms, account: "a", reference: "s\(number)")
                })
            #expect(second.count == 15)
            let other = granted(
                await rush(desk, 60, on: loop) { book, number in
                    try await book.takeMessages(terms, account: "b", reference: "t\(number)")
                })
            #expect(other.count == 10, "of the tenant's 50, which a refused send must not have used")
            standing = try await desk.books[2].standing(terms)
            #expect(standing.messages == 50)
        }
    }

    @Test("a caller that lost the reply asks again under the same reference, and nothing is counted twice")
    func reference() async throws {
        try await withDesk(2) { loop, _, desk in
            let terms = terms(messages: Quota.Rate(count: 10, period: .day, isPerAccount: false))
            let decisions = await rush(desk, 100, on: loop) { book, number in
                try await book.takeMessages(terms, account: "a", reference: "r\(number % 8)")
            }
            #expect(granted(decisions).count == 100)
            let outcome1 = try await desk.books[0].standing(terms).messages
            #expect(outcome1 == 8)
            // Also when the quota is used up meanwhile.
            for reference in ["x", "y", "z"] {
                _ = try await desk.books[0].takeMessages(terms, account: "a", reference: reference)
            }
            let again = try await desk.books[1].takeMessages(terms, account: "a", reference: "r1")
            #expect(granted([again]).count == 1)
            // Given back, the same reference takes anew: a send that is repeated.
            try await desk.books[0].giveBack(granted([again])[0])
            let outcome2 = try await desk.books[0].standing(terms).messages
            #expect(outcome2 == 9)
            let anew = try await desk.books[1].takeMessages(terms, account: "a", reference: "r1")
            #expect(granted([anew]).count == 1)
            let outcome3 = try await desk.books[0].standing(terms).messages
            #expect(outcome3 == 10)
        }
    }

    @Test("several at once are taken all or not at all")
    func several() async throws {
        try await withDesk { _, _, desk in
            let terms = terms(messages: Quota.Rate(count: 10, period: .day, isPerAccount: false))
            let book = desk.books[0]
            let outcome4 = try await book.takeMessages(terms, count: 7, account: "a", reference: "1")
            #expect(granted([outcome4]).count == 1)
            guard
                case .refused(let shortage) = try await book.takeMessages(terms, count: 4, account: "a", reference: "2")
            else {
                Issue.record("4 of 3")
                return
            }
            #expect(shortage.quota == .messages && shortage.limit == 10 && shortage.used == 7)
            #expect(shortage.freesAt != nil)
            let outcome5 = try await book.takeMessages(terms, count: 3, account: "a", reference: "3")
            #expect(granted([outcome5]).count == 1)
            guard case .refused(let never) = try await book.takeMessages(terms, count: 11, account: "a", reference: "4")
            else {
                Issue.record("11 of 10")
                return
            }
            #expect(never.freesAt == nil, "there will never be room for so many")
        }
    }

    @Test("`over delay` says when there is room and takes nothing; then there is room")
    func delay() async throws {
        try await withDesk { loop, _, desk in
            let terms = terms(sends: Quota.Rate(count: 5, period: .second, isPerAccount: true), over: .delay)
            let book = desk.books[0]
            var reference = 0
            var waited = 0
            for _ in 0..<12 {
                while true {
                    reference += 1
                    let decision = try await book.takeMessages(terms, account: "a", reference: "\(reference)")
                    guard case .delayed(let shortage) = decision else { break }
                    #expect(shortage.quota == .sends && shortage.limit == 5)
                    let freesAt = try #require(shortage.freesAt)
                    let wait = freesAt.milliseconds - loop.wallMilliseconds
                    #expect((0...205).contains(wait), "\(wait) ms until a fifth of a second has passed")
                    waited += 1
                    await loop.sleep(until: loop.now + .milliseconds(wait))
                }
            }
            #expect(waited >= 5)
            let outcome6 = try await book.standing(terms).messages
            #expect(outcome6 == 12, "a delayed message is not counted until it is sent")
        }
    }

    @Test("an account's rate is its own, and a tenant's messages of an hour are the tenant's")
    func otherPeriods() async throws {
        try await withDesk(3) { loop, _, desk in
            let terms = terms(
                messages: Quota.Rate(count: 30, period: .hour, isPerAccount: false),
                sends: Quota.Rate(count: 12, period: .hour, isPerAccount: true))
            var counts: [String: Int] = [:]
            for account in ["a", "b", "c"] {
                counts[account] =
                    granted(
                        await rush(desk, 40, on: loop) { book, number in
                            try await book.takeMessages(terms, account: account, reference: "\(account)\(number)")
                        }
                    ).count
            }
            #expect(counts == ["a": 12, "b": 12, "c": 6])
            let outcome7 = try await desk.books[0].standing(terms).messages
            #expect(outcome7 == 30, "the record of the day counts them as well")
        }
    }

    @Test("the day is the tenant's own, and ends at its midnight")
    func days() async throws {
        try await withDesk { loop, _, desk in
            let rate = Quota.Rate(count: 3, period: .day, isPerAccount: false)
            // Their dates differ at every instant.
            let east = terms(messages: rate, zone: ZoneInfo(fixed: 14 * 3600))
            let west = terms(messages: rate, zone: ZoneInfo(fixed: -12 * 3600))
            let book = desk.books[0]
            for number in 0..<3 {
                _ = try await book.takeMessages(east, account: "a", reference: "e\(number)")
            }
            guard case .refused(let shortage) = try await book.takeMessages(east, account: "a", reference: "e") else {
                Issue.record("a fourth")
                return
            }
            let end = try #require(shortage.freesAt)
            #expect((end.milliseconds / 1000 + 14 * 3600) % 86_400 == 0 && end.milliseconds > loop.wallMilliseconds)
            let outcome8 = try await book.takeMessages(west, account: "a", reference: "w")
            #expect(granted([outcome8]).count == 1)
            let first = try await book.standing(west).date
            let last = try await book.standing(east).date
            let usage = try await book.usage("acme", from: first, to: last)
            #expect(usage.first == UsageDay(date: first, accounts: 0, messages: 1))
            #expect(usage.last == UsageDay(date: last, accounts: 0, messages: 3))
        }
    }

    @Test("as many accounts as there may be, however many are made at once; an account has its place once")
    func accounts() async throws {
        try await withDesk(4) { loop, _, desk in
            let terms = terms(accounts: 25)
            let decisions = await rush(desk, 400, on: loop) { book, number in
                try await book.takeAccount(terms, id: "account-\(number % 100)")
            }
            let outcome9 = try await desk.books[0].standing(terms).accounts
            #expect(outcome9 == 25)
            let ids = Set(granted(decisions).map(\.reference))
            #expect(ids.count == 25)
            let one = try #require(ids.first)
            try await desk.books[1].giveBackAccount(terms, id: one)
            try await desk.books[2].giveBackAccount(terms, id: one)
            let outcome10 = try await desk.books[0].standing(terms).accounts
            #expect(outcome10 == 24)
            let outcome11 = try await desk.books[0].takeAccount(terms, id: "new")
            #expect(granted([outcome11]).count == 1)
            let outcome12 = try await desk.books[0].takeAccount(terms, id: "newer")
            #expect(granted([outcome12]).isEmpty)
        }
    }

    @Test("the accounts of a day are those at its end, also on days when nothing changed")
    func accountHistory() async throws {
        try await withDesk { _, redis, desk in
            let keys = TenantKeys("acme")
            for (day, count) in [("2026-01-30", "3"), ("2026-02-02", "1"), ("2026-02-04", "7")] {
                _ = try await redis.send(RedisCommand("HSET", keys.accountDays, day, count))
            }
            let first = try #require(CivilDate("2026-02-01"))
            let last = try #require(CivilDate("2026-02-05"))
            let usage = try await desk.books[0].usage("acme", from: first, to: last)
            #expect(usage.map(\.accounts) == [3, 1, 1, 7, 7])
            #expect(usage.map(\.date.description).last == "2026-02-05")
            // And the oldest days are forgotten.
            for day in 0..<450 {
                let date = CivilDate(daysSince1970: 10_000 + Int64(day))
                _ = try await redis.send(RedisCommand("HSET", keys.accountDays, date.description, "1"))
            }
            _ = try await desk.books[0].takeAccount(terms(), id: "x")
            let outcome13 = try await redis.send(RedisCommand("HLEN", keys.accountDays)).integer
            #expect(outcome13 == 453)
            let outcome14 = try await redis.send(RedisCommand("HEXISTS", keys.accountDays, "1997-05-19")).integer
            #expect(outcome14 == 0)
        }
    }

    @Test("80 % and 100 % of a day are told once each, over all processes, whatever is given back and taken again")
    func levels() async throws {
        try await withDesk(4) { loop, _, desk in
            let terms = terms(messages: Quota.Rate(count: 50, period: .day, isPerAccount: false))
            func take(_ range: Range<Int>) async -> [QuotaGrant] {
                granted(
                    await rush(desk, range.count, on: loop) { book, number in
                        try await book.takeMessages(terms, account: "a", reference: "r\(range.lowerBound + number)")
                    })
            }
            var grants = await take(0..<39)
            #expect(desk.kept.isEmpty)
            grants += await take(39..<42)
            let outcome15 = await eventually(on: loop) { desk.kept.count == 1 }
            #expect(outcome15)
            for grant in grants.suffix(6) { try await desk.books[0].giveBack(grant) }
            _ = await take(100..<160)
            let outcome16 = await eventually(on: loop) { desk.kept.count == 2 }
            #expect(outcome16)
            let events = desk.kept.map(\.event)
            #expect(events.map { $0.number(of: .percent) } == [80, 100])
            #expect(events[1].number(of: .limit) == 50 && events[1].number(of: .used) == 50)
            #expect(events[1].moment(of: .freesAt) != nil && events[0].moment(of: .freesAt) == nil)
            #expect(events.allSatisfy { $0.type == .quotaReached && $0.text(of: .tenant) == "acme" })
            #expect(events.allSatisfy { $0.text(of: .quota) == "messages" && $0.text(of: .source) == "system" })
            var record: [UInt8] = []
            events[0].append(jsonTo: &record)
            let read = try Event(json: record.span)
            #expect(read == events[0], "the record is complete")
        }
    }

    @Test("a notice that could not be kept is told with the next message")
    func lostNotice() async throws {
        try await withDesk { loop, _, desk in
            let terms = terms(messages: Quota.Rate(count: 10, period: .day, isPerAccount: false))
            desk.failures = 1
            for number in 0..<8 {
                _ = try await desk.books[0].takeMessages(terms, account: "a", reference: "\(number)")
            }
            let outcome17 = await eventually(on: loop) { desk.failures == 0 }
            #expect(outcome17)
            #expect(desk.kept.isEmpty)
            _ = try await desk.books[0].takeMessages(terms, account: "a", reference: "8")
            let outcome18 = await eventually(on: loop) { desk.kept.count == 1 }
            #expect(outcome18)
            #expect(desk.kept[0].event.number(of: .percent) == 80)
        }
    }

    @Test("refusals of the other quotas are told once a minute")
    func shortages() async throws {
        try await withDesk(2) { loop, _, desk in
            let terms = terms(accounts: 2, sends: Quota.Rate(count: 3, period: .hour, isPerAccount: true))
            _ = await rush(desk, 50, on: loop) { book, number in
                try await book.takeMessages(terms, account: "a", reference: "\(number)")
            }
            _ = await rush(desk, 50, on: loop) { book, number in
                try await book.takeAccount(terms, id: "\(number)")
            }
            let outcome19 = await eventually(on: loop) { desk.kept.count >= 2 }
            #expect(outcome19)
            // The minute may have changed in between.
            #expect(desk.kept.count <= 4)
            #expect(Set(desk.kept.map { $0.event.text(of: .quota) }) == ["sends", "accounts"])
            #expect(desk.kept.first { $0.event.text(of: .quota) == "sends" }?.event.text(of: .account) == "a")
        }
    }

    @Test("without Redis nothing is granted")
    func unavailable() async throws {
        try await onRealLoop { loop in
            let nowhere = RedisClient(
                loop: loop, address: RedisAddress(unixPath: "/nonexistent/redis.sock"), resolver: Resolver(loop: loop))
            let metrics = LimitsMetrics(MetricsRegistry())
            let herald = QuotaHerald(loop: loop, random: .system, metrics: metrics) { _, _ in false }
            let book = QuotaBook(redis: nowhere, quotas: QuotaTable([]), herald: herald, metrics: metrics)
            await #expect(throws: RedisError.self) {
                _ = try await book.takeMessages(self.terms(), account: "a", reference: "r")
            }
        }
    }
}

@Suite struct QuotaTermsTests {
    private let table = QuotaTable([
        Quota(subject: .everyone, accounts: 5, sends: Quota.Rate(count: 20, period: .second, isPerAccount: true)),
        Quota(
            subject: .tenant("acme"), messages: Quota.Rate(count: 9, period: .day, isPerAccount: false),
            callbacks: Rate(count: 3, period: .second), excess: .delay),
    ])

    @Test("a tenant's own block goes before its record, that before `quota default`, that before the defaults")
    func precedence() {
        let record = TenantAllowance(accounts: 7, messagesPerDay: 100)
        let acme = table.terms(of: "acme", record, .utc)
        #expect(acme.accounts == 7 && acme.messages.count == 9 && acme.sends?.count == 20 && acme.excess == .delay)
        #expect(acme.callbacks == Rate(count: 3, period: .second))
        let other = table.terms(of: "other", record, .utc)
        #expect(other.accounts == 7 && other.messages.count == 100 && other.excess == .reject && other.callbacks == nil)
        let bare = table.terms(of: "bare", TenantAllowance(), .utc)
        #expect(bare.accounts == 5 && bare.messages == Quota.Rate(count: 10_000, period: .day, isPerAccount: false))
        #expect(QuotaTable([]).terms(of: "x", TenantAllowance(), .utc).accounts == 10)
    }
}
