import TestBasics

@testable import Language
@testable import Rules

/// Random rule files of the whole language as nobody should leave them: the words of sound rules with anything between them that
/// may stand there.
struct RandomText {
    var random: SplitMix64

    private static let statements = [
        "quota default { accounts 10 messages 10_000 per day sends 20 per second per account over reject }",
        "quota tenant \"内部\" { messages 2_000_000 per day callbacks 200 per second over delay }",
        "quota tenant \"t\" { }",
        "alert \"account offline\" { when account.offline_duration > 5m for 60s level critical }",
        "alert \"send failures\" { when message.failure_rate > 1.5% }",
        "channel wecom { kind wecom-robot url env:WECOM_ROBOT_URL }",
        "channel mail { kind smtp url file:\"/run/a b\" to [\"ops@example.com\", \"b@example.com\",] }",
        "channel and { kind webhook url file:/run/secrets/a }", "notify critical { to all }",
        "notify warning { to [wecom, mail, and] }", "notify info { to wecom }", "suppress repeats for 5m",
        "group by [tenant, alert] wait 10s",
        "silence \"nights\" { daily 23:00-07:00 zone \"Asia/Shanghai\" levels [info, warning] }",
        """
        route "complaints" { when type = message.received and content.text contains any ["退款", "投诉", "a \\"quoted\\" word"]
        and not tenant in ["internal"] to alert "customer complaint" level warning to drop to webhook
        "https://crm.example.com/hooks/wecom" secret env:CRM_SECRET }
        """,
        """
        route "mixed" { shadow when not ((type = account.login or tenant = "b") and not account exists) and
        (((tenant != "x"))) or content.text starts with "#" to webhooks to accounts stop }
        """,
    ]

    private static let tests = [
        "test \"nothing\" { event type account.logout expect nothing }",
        "test \"refunds\" { event type message.received tenant \"a\" content.text \"我要退款\" times 3 expect not drop }",
        """
        test "quotas" { at 2026-01-05T09:00:00+08:00 zone "Asia/Shanghai" event type send.requested account "s" after 5m
        metric message.failure_rate 2% expect only [webhooks, alert "x" level warning] expect quota refused 2 times }
        """,
    ]

    mutating func file() -> String {
        var rules = RandomRules(random: random)
        var statements = Self.statements + rules.file(routes: 2).split(separator: "\n").map(String.init)
        random = rules.random
        if random.chance(25) { statements = Self.tests }
        statements.shuffle(using: &random)
        let isTidy = random.chance(30)
        var text = random.chance(10) ? "\u{FEFF}" : ""
        // Not all of them: what stands at the end of a file, and beside what, is to differ.
        for statement in statements.prefix(random.below(statements.count + 1)) {
            let tokens = Lexer.lex(SourceFile(name: "", text: statement)).tokens.dropLast()
            for token in tokens {
                text += text.isEmpty || isTidy && token.range.bytes.lowerBound > 0 ? "" : gap()
                if isTidy, token.range.bytes.lowerBound > 0 { text += random.chance(4) ? gap() : " " }
                text += token.range.text
            }
            text += isTidy ? "\n" : gap()
        }
        return text + (random.chance(20) ? "# the end" : "")
    }

    private mutating func gap() -> String {
        var gap = random.pick([" ", " ", " ", "  ", "\t", "\n", "\r\n", "\n    ", "\n\t", "\n\n\n", " \r "])
        while random.chance(12) {
            let end = random.pick(["\n", "\r\n", "  \n", " \t\r\n", "\n\n", "\n            "])
            gap += random.pick(["#", "# why 中文", "#route \"x\" {", "# \"", "#  a } b"]) + end
        }
        return gap
    }
}
