// `expect`: what a test demands of the events before it.

import Language

extension TrialParser {
    /// What is demanded of each of the events since the expectations before, or, of an alert with `when`, of this moment.
    /// `nothing`: no target gets the event. `only`: exactly these do. `drop` is a target that gets nothing. An event is the
    /// `tenant`'s whose webhooks it goes to and whose quotas it uses: a callback of `callbacks`, a `send.requested` of `messages`
    /// and `sends`. `notify` has its place, and comes with the alerting engine.
    ///
    ///     expect [not] route "NAME" | [not] shadow route "NAME" | [not] TARGET | only [TARGET, …] | nothing
    ///            | [not] tenant "NAME" | [not] quota allowed | refused | delayed [COUNT times] | notify …
    ///     TARGET = webhooks | webhook "URL" | alert "NAME" [level LEVEL] | accounts | outbound | drop
    ///
    ///     test "t" { event type account.logout   expect only [accounts, webhooks]   expect not alert "offline" level critical }
    func expectation(_ cursor: inout Cursor) throws(Reported) -> Expectation {
        let start = cursor.next.range
        let not = cursor.accept("not")
        let word = try cursor.choice("an expectation", among: Vocabulary.expectations)
        let fact: Expectation.Fact
        switch word.value {
        case "route": fact = .route(try cursor.name("the name of a route").value)
        case "shadow":
            try cursor.expect("route")
            fact = .shadowRoute(try cursor.name("the name of a route").value)
        case "tenant": fact = .tenant(try cursor.name("the name of a tenant").value)
        case "quota": fact = try quota(&cursor)
        case "only":
            let list = try cursor.list(of: "targets") { cursor throws(Reported) in
                let word = try cursor.choice("a target", among: Vocabulary.targets)
                return Located(try target(word.value, &cursor), at: cursor.range(from: word.range))
            }
            guard !list.value.isEmpty else {
                throw cursor.error("an empty list of targets", at: list.range, hint: "write `expect nothing`")
            }
            fact = .only(list.value)
        case "nothing": fact = .nothing
        case "not": throw cursor.error("`not` stands twice", at: word.range)
        case "notify":
            throw cursor.error(
                "who is notified cannot be tested yet: `notify` comes with the alerting engine",
                at: cursor.range(from: start), hint: "`expect alert \"NAME\"` tests that the alert is raised")
        default: fact = .target(try target(word.value, &cursor))
        }
        if let not, word.value == "only" || word.value == "nothing" {
            throw cursor.error(
                "`not \(word.value)` says nothing definite", at: not.range.through(word.range),
                hint: "say what is expected: `expect webhooks`, `expect not drop`")
        }
        return Expectation(fact: fact, isNegated: not != nil, range: cursor.range(from: start))
    }

    private func target(_ word: String, _ cursor: inout Cursor) throws(Reported) -> TargetPattern {
        switch word {
        case "webhooks": return .webhooks
        case "webhook":
            let url = try cursor.string("the URL of a webhook")
            cursor.hideKeys(in: url.range)
            return .webhook(url: url.value)
        case "alert":
            let name = try cursor.name("the name of an alert")
            guard cursor.accept("level") != nil else { return .alert(name: name.value, level: nil) }
            let level = try cursor.choice("a level", among: AlertLevel.names)
            return .alert(name: name.value, level: AlertLevel(rawValue: level.value))
        case "accounts": return .accounts
        case "outbound": return .outbound
        default: return .drop
        }
    }

    private func quota(_ cursor: inout Cursor) throws(Reported) -> Expectation.Fact {
        let words = Expectation.QuotaVerdict.allCases.map(\.rawValue)
        let word = try cursor.choice("what a quota says", among: words)
        let verdict = Expectation.QuotaVerdict(rawValue: word.value) ?? .allowed
        guard case .quantity = cursor.next.kind else { return .quota(verdict, nil) }
        let count = try cursor.integer("a number of events", in: 0...1_000_000_000_000)
        try cursor.expect("times")
        return .quota(verdict, count.value)
    }
}
