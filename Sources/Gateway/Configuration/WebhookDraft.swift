// A webhook as it is written.

import Events
import Language

struct WebhookDraft {
    /// The words of a webhook's block.
    enum Clause: String, CaseIterable {
        case url, secret
        case previousSecret = "previous-secret"
        case types, concurrency, rate, timeout, schedule, headers
        case clientCertificate = "client-certificate"
    }

    let name: Located<String>
    /// Whether nothing of the block was skipped over a mistake; if not, what seems to be missing may stand there.
    private(set) var isWhole = true
    private(set) var url: Located<HTTPURL>?
    private(set) var secret: Located<Secret>?
    private(set) var previousSecret: Located<Secret>?
    private(set) var types: EventTypeSet?
    private(set) var concurrency: Int?
    private(set) var rate: Rate?
    private(set) var timeout: Duration?
    private(set) var schedule: [Duration]?
    private(set) var headers: [(key: Located<String>, value: Located<Secret>)] = []
    /// X stands for X.pem and X.key.
    private(set) var clientCertificate: Located<String>?

    var owner: String { "webhook \"\(name.value)\"" }

    /// ```
    /// webhook "NAME" { url "URL"  secret SECRET  previous-secret SECRET  types [TYPE, FAMILY.*]
    ///                  concurrency N  rate N per PERIOD  timeout DURATION  schedule [DURATION, …]
    ///                  headers { "NAME" SECRET … }  client-certificate "STEM" }
    /// ```
    init(reading cursor: inout Cursor) throws(Reported) {
        name = try cursor.resourceName("the name of a webhook")
        isWhole = try cursor.block(of: owner, once: Clause.allCases.map(\.rawValue)) { cursor, word throws(Reported) in
            guard let clause = Clause(rawValue: word.value) else { throw cursor.refuse("a clause of a webhook") }
            try read(clause, &cursor)
        }
    }

    private mutating func read(_ clause: Clause, _ cursor: inout Cursor) throws(Reported) {
        switch clause {
        case .url: url = try cursor.url()
        case .secret: secret = try cursor.secret("the secret that signs deliveries")
        case .previousSecret: previousSecret = try cursor.secret("the secret that signed deliveries")
        case .types: types = try cursor.eventTypes()
        case .concurrency: concurrency = try cursor.integer("`concurrency`", in: 1...256).value
        case .timeout: timeout = try cursor.duration("`timeout`", in: .milliseconds(100) ... .seconds(60))
        case .rate: rate = try cursor.rate("`rate`", count: 1...1_000_000).value
        case .schedule: schedule = try ValueForm.schedule.take(&cursor, "schedule")
        case .clientCertificate:
            clientCertificate = try cursor.name("a path, without `.pem` and `.key`", countMax: 4000)
        case .headers:
            headers = try cursor.pairs(of: "the name of a header") { cursor throws(Reported) in
                try cursor.secret("the value of the header")
            }
        }
    }
}

extension Cursor {
    /// `[message.*, account.login]`, or `[*]` for everything.
    fileprivate mutating func eventTypes() throws(Reported) -> EventTypeSet {
        let sets = try list(of: "event types") { cursor throws(Reported) in
            let pattern = try cursor.word("an event type")
            guard let types = EventTypeSet(pattern: pattern.value) else {
                let known = EventType.allCases.map(\.name)
                throw cursor.error(
                    "`\(pattern.value.prefix(40))` is not an event type"
                        + didYouMeanSuffix(pattern.value, among: known),
                    at: pattern.range, hint: "a type such as `message.received`, a family such as `message.*`, or `*`")
            }
            return types
        }
        guard !sets.value.isEmpty else {
            throw error("this webhook would get nothing", at: sets.range, hint: "`[*]` stands for every type")
        }
        return sets.value.reduce(EventTypeSet()) { $0.union($1) }
    }
}
