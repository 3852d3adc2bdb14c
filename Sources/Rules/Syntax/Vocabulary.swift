// The words of the language by what they are. The parser reads by them; the grammars of editors (Deploy/editor) have to know all
// of them, which a test checks.

import Language

enum Vocabulary {
    /// What a statement of a rule file begins with.
    static let statements = ["route", "quota", "alert", "channel", "notify", "suppress", "group", "silence"]

    /// What a statement of a file of tests begins with.
    static let testStatements = ["test"]

    // The clauses of their blocks.
    static let route = ["when", "stop", "shadow"]
    static let routeMany = ["to"]
    static let quota = ["accounts", "messages", "sends", "callbacks", "over"]
    static let alert = ["when", "level"]
    static let channel = ["kind", "url", "to"]
    static let notify = ["to"]
    static let silence = ["daily", "zone", "levels"]
    static let test = ["event", "expect", "after", "at", "metric", "zone"]
    static let clauses = route + routeMany + quota + alert + channel + notify + silence + test

    /// Where a route sends an event.
    static let targets = ["webhooks", "webhook", "alert", "accounts", "outbound", "drop"]

    /// What a test demands.
    static let expectations = [
        "route", "shadow", "alert", "webhook", "webhooks", "accounts", "outbound", "drop", "only", "nothing", "tenant",
        "quota", "not", "notify",
    ]

    /// What joins conditions and what compares; `starts with` is two words.
    static let operators =
        ["and", "or", "not"]
        + Comparison.Operator.allCases.flatMap { $0.rawValue.split(separator: " ").map(String.init) }

    /// Words inside of statements and clauses that lead to a value.
    static let particles = [
        "tenant", "repeats", "for", "by", "wait", "per", "account", "secret", "level", "all", "default",
        "times",
    ]

    /// Values that are one of a list.
    static let values =
        AlertLevel.names + Channel.Kind.allCases.map(\.rawValue) + AlertGrouping.Label.allCases.map(\.rawValue)
        + Quota.Excess.allCases.map(\.rawValue) + Rate.Period.allCases.map(\.rawValue)
        + Expectation.QuotaVerdict.allCases.map(\.rawValue) + ["true", "false"]

    static let units = Quantity.unitNames
}
