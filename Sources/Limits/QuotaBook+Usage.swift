// What a tenant has used: of each day, and of its quotas now.

package import Events
import Loop
package import Redis

/// A line of the tenant's record.
package struct UsageDay: Equatable, Sendable {
    package let date: CivilDate
    /// At the end of the day, or by now.
    package let accounts: Int
    package let messages: Int

    /// A year and a month, for the comparison with last year.
    package static let daysKept = 400
    static let keptFor = Duration.seconds(daysKept * 86_400)
}

/// What is used of the quotas that are counted for the tenant.
package struct QuotaStanding: Equatable, Sendable {
    package let date: CivilDate
    /// When the messages begin at zero again.
    package let endsAt: Timestamp?
    package let accounts: Int
    package let messages: Int
}

extension QuotaBook {
    /// Each day of the range; at most `UsageDay.daysKept` of them, the first ones.
    package func usage(_ tenant: String, from first: CivilDate, to last: CivilDate) async throws(RedisError)
        -> [UsageDay]
    {
        let start = first.daysSince1970
        let end = min(last.daysSince1970, start + Int64(UsageDay.daysKept) - 1)
        guard start <= end else { return [] }
        let dates = (start...end).map { CivilDate(daysSince1970: $0) }
        let (_, history, messages) = try await read(tenant, dates)
        var changes = history[...]
        var accounts = 0
        return zip(dates, messages).map { date, messages in
            while let change = changes.first, change.date <= date {
                accounts = change.count
                changes.removeFirst()
            }
            return UsageDay(date: date, accounts: accounts, messages: messages)
        }
    }

    package func standing(_ terms: QuotaTerms) async throws(RedisError) -> QuotaStanding {
        let today = terms.today(at: redis.loop.wallMilliseconds)
        let (accounts, _, messages) = try await read(terms.tenant, [today.date])
        return QuotaStanding(date: today.date, endsAt: today.end, accounts: accounts, messages: messages.first ?? 0)
    }

    private func read(
        _ tenant: String, _ dates: [CivilDate]
    ) async throws(RedisError) -> (accounts: Int, history: [(date: CivilDate, count: Int)], messages: [Int]) {
        let keys = TenantKeys(tenant)
        let reply = try await redis.run(
            Self.reading, keys: [keys.accounts, keys.accountDays] + dates.map(keys.day)
        ) { _ in }
        guard let parts = reply.array, parts.count == 3, let accounts = parts[0].integer, let pairs = parts[1].array,
            let messages = parts[2].array, messages.count == dates.count
        else { throw .unexpectedReply(to: "read-usage") }
        var history: [(date: CivilDate, count: Int)] = []
        for index in stride(from: 0, to: pairs.count - 1, by: 2) {
            guard let date = pairs[index].text.flatMap(CivilDate.init),
                let count = pairs[index + 1].text.flatMap({ Int($0) })
            else { continue }
            history.append((date, count))
        }
        history.sort { $0.date < $1.date }
        return (Int(accounts), history, messages.map { Int($0.integer ?? 0) })
    }
}
