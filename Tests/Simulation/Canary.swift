// The simulator is tested too: each canary is Weir, or its Redis, wrong on purpose in one way, and must be found within a stated
// number of runs (Tests/SimulationTests). Most take one guard out of Weir's own scripts, as they are loaded.

package enum Canary: String, CaseIterable, Sendable {
    /// A callback is acknowledged before its append.
    case acknowledgesEarly
    /// A lost reply counts as a success.
    case trustsLostReplies
    /// Commits do not look at the lease.
    case ignoresFencing
    /// Routing does not look at the cursor.
    case ignoresCursor
    /// A dedupe key that is known is none.
    case dropsDedupe
    /// One tenant's endpoint leads to another's receiver.
    case mixesTenants
    /// A delivery leaves its stream when it is read.
    case forgetsWhenRead
    /// A delivery to be repeated does not come into the retry set.
    case forgetsRetries
    /// What was appended last is read first.
    case readsBackwards
    /// An expired lease is handed out under its old token.
    case reusesTokens
    /// An endpoint's answer waits for every attempt at another to end.
    case oneLane

    /// Runs within which it must be found.
    package var runsMax: Int {
        switch self {
        case .acknowledgesEarly, .readsBackwards: 20
        case .dropsDedupe, .forgetsRetries, .mixesTenants: 60
        case .trustsLostReplies, .ignoresFencing, .forgetsWhenRead, .reusesTokens, .oneLane: 500
        // A commit's reply must be lost, and its owner must be the one who goes on.
        case .ignoresCursor: 2000
        }
    }

    func tamper(with redis: RedisStandIn) {
        switch self {
        case .ignoresFencing: redis.tamperScript = { Self.without("FENCED", $0) }
        case .ignoresCursor: redis.tamperScript = { Self.without("MOVED", $0) }
        case .reusesTokens:
            redis.tamper = { words in
                // INCR of a fence becomes a look at it.
                guard words[0].text == "INCR", words[1].text.contains(":fence:") else { return words }
                return [Array("EXISTS".utf8), words[1]]
            }
        case .dropsDedupe:
            redis.tamper = { words in
                words[0].text == "SET" && words[1].text.contains(":seen:") ? words.filter { $0.text != "NX" } : words
            }
        case .forgetsRetries:
            redis.tamper = { words in words[0].text == "ZADD" && words[1].text.hasSuffix(":retry") ? nil : words }
        case .forgetsWhenRead:
            redis.tamperRead = { [unowned redis] key, entries in
                if key.hasSuffix(":webhooks") { redis.remove(entries.map(\.id), from: key) }
                return entries
            }
        case .readsBackwards: redis.tamperRead = { $1.reversed() }
        case .acknowledgesEarly, .trustsLostReplies, .mixesTenants, .oneLane: break
        }
    }

    private static func without(_ word: String, _ source: String) -> String {
        source.split(separator: "\n").filter { !$0.contains(word) }.joined(separator: "\n")
    }
}
