// What a tenant sets of a subscription, and what is wrong with it. The record, the API's bodies and its answers have the same members.

package import Codec
import Events
package import Gateway
package import Language
import Rules

/// nil: as `delivery` of weir.conf has it.
package struct SubscriptionSettings: Equatable, Sendable {
    package let url: String
    /// Event types, families of them, or `*`.
    package let types: [String]
    /// A condition in the language of rules; nil: all events of the types.
    package let filter: String?
    package let description: String
    /// As the language writes it: `10 per second`.
    package let rate: String?
    package let concurrency: Int?
    /// Durations as the language writes them: `15s`.
    package let timeout: String?
    package let schedule: [String]?

    /// What a document leaves out, or has as null, is as it is by default.
    package init(_ document: JSONValue) {
        func integer(_ name: String) -> Int? { document[name]?.integer.map { Int(clamping: $0) } }
        url = document["url"]?.string ?? ""
        types = document["types"]?.array?.compactMap(\.string) ?? ["*"]
        filter = document["filter"]?.string
        description = document["description"]?.string ?? ""
        rate = document["rate"]?.string
        concurrency = integer("concurrency")
        timeout = document["timeout"]?.string
        schedule = document["schedule"]?.array?.compactMap(\.string)
    }

    package var members: [JSONValue.Member] {
        func number(_ value: Int?) -> JSONValue { value.map { .number(JSONNumber($0)) } ?? .null }
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        return [
            .init("url", .string(url)), .init("types", .array(types.map(JSONValue.string))),
            .init("filter", text(filter)), .init("description", .string(description)), .init("rate", text(rate)),
            .init("concurrency", number(concurrency)),
            .init("timeout", text(timeout)),
            .init("schedule", schedule.map { .array($0.map(JSONValue.string)) } ?? .null),
        ]
    }

    /// With the members of these names in `change`, and the others as they are.
    package func changed(by change: JSONValue) -> SubscriptionSettings {
        SubscriptionSettings(.object(members.map { .init($0.key, change[$0.key] ?? $0.value) }))
    }

    /// What the patterns of `types` come to; nil when one of them names nothing.
    var typeSet: EventTypeSet? {
        var all = EventTypeSet()
        for pattern in types {
            guard let set = EventTypeSet(pattern: pattern) else { return nil }
            all = all.union(set)
        }
        return all.isEmpty ? nil : all
    }
}

/// One thing that is wrong with a member.
package struct SubscriptionProblem: Equatable, Sendable {
    package let field: String
    /// Stable: `format`, `out_of_range`, `filter_error`, …
    package let code: String
    package let detail: String
}

/// What settings may be; the bounds are those of `webhook` in weir.conf.
package enum SubscriptionRules {
    /// Each is looked at for each event of its tenant.
    package static let perTenantMax = 100
    package static let typesMax = 64
    package static let descriptionCharactersMax = 500
    package static let rates = 1...1_000_000
    package static let concurrencies: ClosedRange<Int64> = 1...256
    package static let timeouts: ClosedRange<Duration> = .milliseconds(100) ... .seconds(60)
    package static let waits: ClosedRange<Duration> = .zero ... .seconds(7 * 86_400)
    package static let attemptsMax = 20
    package static let headersMax = 16
    package static let headerValueBytesMax = 4096
    /// How long a former key signs too.
    package static let overlaps: ClosedRange<Duration> = .zero ... .seconds(7 * 86_400)
    package static let overlapDefault = Duration.seconds(86_400)
    /// Each makes every delivery longer by a signature.
    package static let keysMax = 5
}

extension SubscriptionSettings {
    /// Everything that is wrong, all at once.
    /// - policy: where deliveries may lead. What a host's name leads to shows when it is delivered to.
    package func problems(reaching policy: AddressPolicy) -> [SubscriptionProblem] {
        var problems: [SubscriptionProblem] = []
        func add(_ field: String, _ code: String, _ detail: String) {
            problems.append(SubscriptionProblem(field: field, code: code, detail: detail))
        }
        do {
            if let problem = policy.problem(with: try HTTPURL(url)) { add("url", "unreachable_url", problem) }
        } catch {
            add("url", "invalid_url", "\(error)")
        }
        for (index, pattern) in types.enumerated() where EventTypeSet(pattern: pattern) == nil {
            let guess = didYouMeanSuffix(pattern, among: EventType.allCases.map(\.name))
            add(
                "types[\(index)]", "unknown_type", "there is no event type `\(DisplayWidth.printable(pattern))`\(guess)"
            )
        }
        if let filter {
            for finding in Filter.check(filter, types: typeSet ?? .all).findings.diagnostics
            where finding.severity == .error {
                add("filter", "filter_error", finding.rendered)
            }
        }
        if let rate, Rate(rate).map({ SubscriptionRules.rates.contains($0.count) }) != true {
            add("rate", "out_of_range", "must be 1 to 1000000 per second, minute, hour or day: `10 per second`")
        }
        if let timeout, Duration(quantity: timeout).map(SubscriptionRules.timeouts.contains) != true {
            add("timeout", "out_of_range", "must be a duration from 100ms to 60s")
        }
        for (index, wait) in (schedule ?? []).enumerated()
        where Duration(quantity: wait).map(SubscriptionRules.waits.contains) != true {
            add("schedule[\(index)]", "out_of_range", "must be a duration from 0s to 7d")
        }
        return problems
    }
}

extension Rate {
    /// `10 per second`.
    package init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[1] == "per", let count = Int(words[0]),
            let period = Period(rawValue: String(words[2]))
        else { return nil }
        self.init(count: count, period: period)
    }
}
