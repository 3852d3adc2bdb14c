import Language
import TestBasics
import Testing

@testable import Rules

@Suite("Checker")
struct CheckerTests {
    /// The sample of the language's design, the promise made to its users.
    private static let sample = """
        # First to last. Every route that matches applies, unless an earlier one said `stop`.
        route "login state" {
            when  type in [account.qrcode, account.login, account.logout]
            to    accounts                                 # the account handlers
            to    webhooks                                 # the tenant's own subscriptions to this type
        }

        route "complaints" {
            when  type = message.received
                  and content.text contains any ["退款", "投诉"]
                  and not tenant in ["internal"]
            to    alert "customer complaint" level warning
            to    webhook "https://crm.example.com/hooks/wecom" secret env:CRM_SECRET
        }

        route "noise" { when type = message.received and content.kind = typing   to drop   stop }

        route "sends" { when type = send.requested   to outbound }

        quota default        { accounts 10   messages 10_000 per day   sends 20 per second per account   over reject }
        quota tenant "acme"  { messages 2_000_000 per day   over delay }

        alert "account offline" { when account.offline_duration > 5m for 60s   level critical }
        alert "send failures"   { when message.failure_rate > 1% for 2m        level warning }

        channel wecom { kind wecom-robot   url env:WECOM_ROBOT_URL }
        channel mail  { kind smtp          url env:SMTP_URL   to ["ops@example.com"] }

        notify critical { to all }
        notify warning  { to [wecom, mail] }
        notify info     { to [wecom] }
        suppress repeats for 5m
        group    by [tenant, alert] wait 10s
        silence  "nights" { daily 23:00-07:00 zone "Asia/Shanghai"   levels [info, warning] }
        """

    @Test("the sample of the design checks clean, and means what it says")
    func sample() throws {
        let checked = RuleSet.check(Self.sample)
        #expect(checked.findings.rendered == "")
        let rules = try #require(checked.rules)
        #expect(rules.routes.map(\.name.value) == ["login state", "complaints", "noise", "sends"])
        #expect(
            rules.quotas == [
                Quota(
                    subject: .everyone, accounts: 10,
                    messages: Quota.Rate(count: 10_000, period: .day, isPerAccount: false),
                    sends: Quota.Rate(count: 20, period: .second, isPerAccount: true), excess: .reject),
                Quota(
                    subject: .tenant("acme"), messages: Quota.Rate(count: 2_000_000, period: .day, isPerAccount: false),
                    excess: .delay),
            ])
        #expect(
            rules.alerts == [
                Alert(
                    name: "account offline", metric: .accountOfflineDuration, comparison: .greater, threshold: 300,
                    duration: .seconds(60), level: .critical),
                Alert(
                    name: "send failures", metric: .messageFailureRate, comparison: .greater, threshold: 0.01,
                    duration: .seconds(120), level: .warning),
            ])
        #expect(
            rules.channels == [
                Channel(name: "wecom", kind: .wecomRobot, url: .environment("WECOM_ROBOT_URL"), recipients: []),
                Channel(name: "mail", kind: .smtp, url: .environment("SMTP_URL"), recipients: ["ops@example.com"]),
            ])
        #expect(rules.notifications.map(\.recipients) == [.all, .channels(["wecom", "mail"]), .channels(["wecom"])])
        #expect(rules.repeatInterval == .seconds(300))
        #expect(rules.grouping == AlertGrouping(labels: [.tenant, .alert], wait: .seconds(10)))
        #expect(
            rules.silences == [
                Silence(
                    name: "nights", startMinute: 23 * 60, endMinute: 7 * 60, zone: "Asia/Shanghai",
                    levels: [.info, .warning])
            ])
    }

    @Test("the version changes with the text of any file, and with nothing else")
    func version() throws {
        func version(_ texts: [String]) -> String? {
            RuleSet.check(texts.map { SourceFile(name: "x", text: $0) }).rules?.version
        }
        let route = "route \"a\" { to webhooks }"
        #expect(version([route])?.count == 16)
        #expect(version([route]) == version([route]))
        #expect(version([route]) != version([route + " "]))
        #expect(version([route, "# b"]) != version([route + "# b"]))
    }

    @Test("a folder is read in the order of names, tests left out; what cannot be read says why")
    func loading() throws {
        let here = Repository.path("Tests/RulesTests")
        #expect(throws: RulesFault.noRuleFiles(folder: here)) { try RuleSet.load(path: here) }
        #expect(throws: RulesFault.self) { try RuleSet.load(path: "/nowhere") }
        let names = try RuleSet.sources(path: here + "/Golden/several-files").map {
            $0.name.split(separator: "/").last ?? ""
        }
        #expect(names == ["10-first.rules", "20-second.rules"])
    }

    @Test("a name used in two files is reported with both places")
    func duplicateOverFiles() {
        let route = "route \"a\" { to webhooks }"
        let checked = RuleSet.check([
            SourceFile(name: "a.rules", text: route), SourceFile(name: "b.rules", text: route),
        ])
        #expect(checked.rules == nil)
        #expect(checked.summaries == ["b.rules:1:7: error: the name of this route stands twice"])
        #expect(checked.findings.diagnostics.first?.hint == "the first is at a.rules:1:7")
    }

    @Test("conditions nest so deep and no deeper, and a long one is no deep one")
    func nesting() {
        func check(_ condition: String) -> [String] {
            RuleSet.check("route \"r\" { when \(condition) to webhooks }").findings.diagnostics
                .filter { $0.severity == .error }.map(\.message)
        }
        let deep = String(repeating: "(", count: 32) + "tenant exists" + String(repeating: ")", count: 32)
        #expect(check(deep) == [])
        #expect(check("not " + deep) == ["more than 32 conditions inside of one another"])
        #expect(check(String(repeating: "(", count: 20_000)) == ["more than 32 conditions inside of one another"])
        #expect(check(String(repeating: "not ", count: 10_000)) == ["more than 32 conditions inside of one another"])
        #expect(check(Array(repeating: "tenant exists", count: 3000).joined(separator: " and ")) == [])
    }

    @Test("a quota of callbacks is the tenant's, and says nothing about its accounts")
    func callbackQuota() throws {
        let checked = RuleSet.check(
            """
            quota default       { callbacks 50 per second }
            quota tenant "acme" { callbacks 6000 per minute   over delay }
            """)
        #expect(checked.findings.rendered == "")
        #expect(
            checked.rules?.quotas == [
                Quota(subject: .everyone, callbacks: Rate(count: 50, period: .second)),
                Quota(subject: .tenant("acme"), callbacks: Rate(count: 6000, period: .minute), excess: .delay),
            ])
    }
}
