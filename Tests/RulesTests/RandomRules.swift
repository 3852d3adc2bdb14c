import Events
import TestBasics

@testable import Rules

/// Random rule files and events over a vocabulary small enough for them to meet, with words that overlap each other.
struct RandomRules {
    var random: SplitMix64

    private static let tenants = ["acme", "beta", "gamma", "内部"]
    private static let accounts = ["sales-1", "sales-2", "desk"]
    private static let conversations = ["r1", "r2", "r3"]
    private static let words = ["a", "ab", "abc", "bc", "bca", "c", "退", "退款", "款要", "要退款", "aa"]
    private static let types = [
        "message.received", "message.sent", "message.*", "account.login", "account.*", "customer.changed", "*",
    ]

    mutating func file(routes count: Int) -> String {
        var lines: [String] = []
        while lines.count < count {
            let when = random.chance(95) ? "when \(expression(depth: 3))" : ""
            let stop = (random.chance(20) ? "stop" : "") + (random.chance(15) ? " shadow" : "")
            let line =
                "route \"r\(lines.count)\" { \(when) to \(random.pick(["webhooks", "accounts", "outbound"])) \(stop) }"
            // What the schema forbids for the types asked for is left out; the rest is what the matcher is for.
            if RuleSet.check(line).rules != nil { lines.append(line) }
        }
        return lines.joined(separator: "\n")
    }

    mutating func event() -> Event {
        let type = random.pick([EventType.messageReceived, .messageSent, .accountLogin, .customerChanged])
        var values: [Field: String] = [.tenant: random.pick(Self.tenants), .account: random.pick(Self.accounts)]
        if random.chance(70) { values[.conversation] = random.pick(Self.conversations) }
        if type == .messageReceived || type == .messageSent {
            values[.kind] = random.pick(["text", "image", "typing"])
            if random.chance(80) { values[.text] = text(upTo: 5) }
            if random.chance(50) { values[.size] = "\(Int.random(in: 0...5, using: &random))" }
            if random.chance(50) { values[.atMe] = random.pick(["true", "false"]) }
        }
        if random.chance(50) { values[.from] = random.pick(Self.words) }
        return Event(type, values)
    }

    private mutating func text(upTo count: Int) -> String {
        (0..<Int.random(in: 0...count, using: &random)).map { _ in random.pick(Self.words) }.joined()
    }

    private mutating func expression(depth: Int) -> String {
        guard depth > 0, random.chance(70) else { return comparison() }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return "not " + (random.chance(50) ? comparison() : "(\(expression(depth: depth - 1)))")
        case 1: return "(\(expression(depth: depth - 1)) or \(expression(depth: depth - 1)))"
        default: return "\(expression(depth: depth - 1)) and \(expression(depth: depth - 1))"
        }
    }

    private mutating func comparison() -> String {
        switch Int.random(in: 0..<9, using: &random) {
        case 0: return "type \(random.pick(["=", "!="])) \(random.pick(Self.types))"
        case 1: return "type in [\(random.pick(Self.types)), \(random.pick(Self.types))]"
        case 2: return key("tenant", Self.tenants)
        case 3: return key("account", Self.accounts)
        case 4: return key("conversation", Self.conversations)
        case 5: return "content.kind \(random.pick(["=", "!="])) \(random.pick(["text", "image", "typing"]))"
        case 6: return "content.size \(random.pick(["=", "!=", "<", "<=", ">", ">="])) \(random.pick([0, 2, 4]))"
        case 7: return "content.at_me = \(random.pick(["true", "false"]))"
        default: return text(of: random.pick(["content.text", "content.text", "content.from"]))
        }
    }

    private mutating func key(_ field: String, _ values: [String]) -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: "\(field) in [\"\(random.pick(values))\", \"\(random.pick(values))\"]"
        case 1: "\(field) != \"\(random.pick(values))\""
        case 2: "\(field) exists"
        default: "\(field) = \"\(random.pick(values))\""
        }
    }

    private mutating func text(of field: String) -> String {
        let word = random.pick(Self.words)
        let other = random.pick(Self.words)
        return switch Int.random(in: 0..<7, using: &random) {
        case 0: "\(field) contains \"\(word)\""
        case 1, 2: "\(field) contains any [\"\(word)\", \"\(other)\", \"\(word)\(other)\"]"
        case 3: "\(field) starts with \"\(word)\""
        case 4: "\(field) ends with \"\(word)\""
        case 5: "\(field) matches \"\(random.pick(["*", "", "?"]))\(word)*\(other)\(random.pick(["*", "", "?"]))\""
        default: "\(field) exists"
        }
    }
}
