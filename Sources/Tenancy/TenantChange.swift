// What a request sets of a tenant, and what is wrong with it.

package import Codec
import Gateway

/// nil: as it is, or as the default has it.
package struct TenantChange: Sendable {
    package var name: String?
    package var maxAccounts: Int64?
    package var maxDailyMessages: Int64?
    /// `.some(nil)` takes the URL away.
    package var webhookURL: String??
    package var config: JSONValue?
    package var timezone: String?
    /// Deletion is a step of its own.
    package var status: TenantStatus?

    package init() {}

    func apply(to tenant: inout TenantRecord) {
        if let name { tenant.name = name }
        if let maxAccounts { tenant.maxAccounts = maxAccounts }
        if let maxDailyMessages { tenant.maxDailyMessages = maxDailyMessages }
        if let webhookURL { tenant.webhookURL = webhookURL }
        if let config { tenant.config = config }
        if let timezone { tenant.timezone = timezone }
        if let status { tenant.status = status }
    }
}

/// One thing that is wrong with a value.
package struct TenantProblem: Equatable, Sendable {
    package let field: String
    /// Stable: `too_long`, `out_of_range`, …
    package let code: String
    package let detail: String
}

/// What a tenant's values may be. The bounds are those of the design's tables, and of what Redis should hold of one tenant.
package enum TenantRules {
    package static let nameCharactersMax = 100
    package static let codeCharactersMax = 50
    package static let webhookURLCharactersMax = 500
    package static let configBytesMax = 16 * 1024
    package static let accounts: ClosedRange<Int64> = 0...1_000_000
    package static let dailyMessages: ClosedRange<Int64> = 0...1_000_000_000

    package static func problems(code: String) -> [TenantProblem] {
        let tooLong = code.utf8.count > codeCharactersMax ? "has 1 to \(codeCharactersMax) characters" : nil
        guard let problem = tooLong ?? ResourceName.problem(in: code) else { return [] }
        return [
            TenantProblem(field: TenantRecord.codeField, code: "invalid_format", detail: "a tenant's code \(problem)")
        ]
    }

    /// Everything that is wrong, all at once.
    package static func problems(_ change: TenantChange) -> [TenantProblem] {
        var problems: [TenantProblem] = []
        func add(_ field: String, _ code: String, _ detail: String) {
            problems.append(TenantProblem(field: field, code: code, detail: detail))
        }
        if let name = change.name {
            let isBlank = name.allSatisfy(\.isWhitespace)
            if isBlank || name.unicodeScalars.count > nameCharactersMax {
                add("tenant_name", "invalid_length", "a name has 1 to \(nameCharactersMax) characters")
            } else if name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
                add("tenant_name", "invalid_format", "a name has no control characters")
            }
        }
        for (field, value, range) in [
            ("max_accounts", change.maxAccounts, accounts),
            ("max_daily_messages", change.maxDailyMessages, dailyMessages),
        ] {
            guard let value, !range.contains(value) else { continue }
            add(field, "out_of_range", "from \(range.lowerBound) to \(range.upperBound)")
        }
        if case .some(.some(let url)) = change.webhookURL {
            if url.utf8.count > webhookURLCharactersMax {
                add("webhook_url", "too_long", "a URL has at most \(webhookURLCharactersMax) characters")
            } else {
                do { _ = try HTTPURL(url) } catch { add("webhook_url", "invalid_url", "\(error)") }
            }
        }
        if let config = change.config {
            if config.object == nil {
                add("config", "invalid_type", "an object")
            } else if config.bytes.count > configBytesMax {
                add("config", "too_large", "at most \(configBytesMax) bytes as JSON")
            }
        }
        if let timezone = change.timezone, ZoneName.zone(timezone) == nil {
            add("timezone", "unknown_timezone", "the name of a zone of the IANA database, as `Asia/Shanghai`")
        }
        if change.status == .deleted { add("status", "invalid_value", "a tenant is deleted by DELETE") }
        return problems
    }
}
