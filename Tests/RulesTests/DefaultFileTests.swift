import Events
import Language
import TestBasics
import Testing

@testable import Rules

@Suite("Rules/main.rules")
struct DefaultFileTests {
    private static let path = Repository.path("Rules")

    @Test("checks without a finding")
    func checks() throws {
        let checked = try RuleSet.load(path: Self.path)
        #expect(checked.findings.rendered == "")
        #expect(checked.rules?.routes.isEmpty == false)
    }

    @Test("its examples do too, when their comment signs are taken away")
    func examples() throws {
        let file = try SourceFile.read(path: Self.path + "/main.rules")
        let lines = file.text(file.bytes.indices).split(separator: "\n", omittingEmptySubsequences: false)
        var isExample = false
        let used = lines.map { line -> Substring in
            // Inside of an example, a line may be indented.
            isExample = line.hasPrefix("#") && (!line.hasPrefix("# ") || isExample && line.hasPrefix("#    "))
            return isExample ? line.dropFirst() : line
        }
        let checked = RuleSet.check(used.joined(separator: "\n"))
        #expect(checked.findings.diagnostics.filter { $0.severity == .error }.map(\.summary) == [])
        #expect(checked.rules?.alerts.count == 2 && checked.rules?.quotas.count == 2)
    }

    @Test("every event goes to the tenant's webhooks, but for sends, which go out")
    func routes() throws {
        let rules = try #require(try RuleSet.load(path: Self.path).rules)
        var matcher = Matcher(rules)
        for type in EventType.allCases {
            let targets = rules.targets(matcher.decide(Event(type, [.tenant: "acme"])))
            switch type {
            case .sendRequested: #expect(targets == [.outbound])
            case .accountQRCode, .accountLogin, .accountLogout: #expect(targets == [.accounts, .webhooks])
            default: #expect(targets == [.webhooks], "\(type)")
            }
        }
    }
}
