// What a tenant has used of what it may use. Written by Limits; here it is only asked for.

import Codec
import Events
import HTTP
import Identity
import Language
import Limits
import Loop
import Records
import Redis
import Rules
import Tenancy

enum UsageEndpoints {
    static let all = [
        Endpoint(
            .get, "/api/v1/tenants/{tenant_id}/usage", "getTenantUsage", "Show what a tenant used on each day",
            action: "usage.read", scope: .path("tenant_id"),
            parameters: [
                .path("tenant_id", "The tenant."),
                .query("from", date, "The first day; 29 days before the last unless given."),
                .query("to", date, "The last day; today in the tenant's time zone unless given."),
            ], answers: [.ok(usage, "Every day of the range, also those without use.")],
            .needs(.usageRead, answerUsage)),
        Endpoint(
            .get, "/api/v1/tenants/{tenant_id}/quota", "getTenantQuota", "Show what a tenant may use, and has used",
            action: "usage.read", scope: .path("tenant_id"), parameters: [.path("tenant_id", "The tenant.")],
            answers: [
                .ok(quota, "The quotas that hold, whoever set them: the rule file, the tenant's record, or nobody.")
            ],
            .needs(.usageRead, answerQuota)),
    ]

    // MARK: Answering

    private static func answerUsage(_ call: APICall, _: Principal) async throws(Problem) -> Reply {
        let tenant = try await tenant(of: call)
        let terms = terms(of: tenant, call)
        let last =
            call.query["to"]?.string.flatMap(CivilDate.init) ?? terms.today(at: call.basics.loop.wallMilliseconds).date
        let first =
            call.query["from"]?.string.flatMap(CivilDate.init) ?? CivilDate(daysSince1970: last.daysSince1970 - 29)
        guard (0..<Int64(UsageDay.daysKept)).contains(last.daysSince1970 - first.daysSince1970) else {
            let fault = MemberFault(
                field: "from", code: "not_allowed",
                detail: "must be a day before or equal to `to`, and at most \(UsageDay.daysKept - 1) days before")
            throw Problem(.validationFailed, "The range of days \(fault.detail).", errors: [fault])
        }
        let days: [UsageDay]
        do throws(RedisError) {
            days = try await call.services.quotas.usage(tenant.code, from: first, to: last)
        } catch {
            throw Problem(.unavailable(error))
        }
        return .ok([
            "tenant_id": .string(tenant.id), "timezone": .string(tenant.timezone),
            "usage": .array(
                days.map { day in
                    [
                        "date": .string(day.date.description), "account_count": .number(JSONNumber(day.accounts)),
                        "message_count": .number(JSONNumber(day.messages)),
                    ]
                }),
        ])
    }

    private static func answerQuota(_ call: APICall, _: Principal) async throws(Problem) -> Reply {
        let tenant = try await tenant(of: call)
        let terms = terms(of: tenant, call)
        let standing: QuotaStanding
        do throws(RedisError) {
            standing = try await call.services.quotas.standing(terms)
        } catch {
            throw Problem(.unavailable(error))
        }
        var quotas: [JSONValue] = [
            row(.accounts, limit: terms.accounts, used: standing.accounts),
            row(
                .messages, limit: terms.messages.count, terms.messages.period,
                isPerAccount: terms.messages.isPerAccount,
                // Of an hour or an account, what is used of it changes while it is read.
                used: terms.messages.period == .day && !terms.messages.isPerAccount ? standing.messages : nil),
        ]
        if let sends = terms.sends {
            quotas.append(row(.sends, limit: sends.count, sends.period, isPerAccount: sends.isPerAccount, used: nil))
        }
        if let callbacks = terms.callbacks {
            quotas.append(row(.callbacks, limit: callbacks.count, callbacks.period, used: nil))
        }
        return .ok([
            "tenant_id": .string(tenant.id), "date": .string(standing.date.description),
            "timezone": .string(tenant.timezone),
            "resets_at": standing.endsAt.map { .string($0.description) } ?? .null,
            "over": .string(terms.excess.rawValue), "messages_today": .number(JSONNumber(standing.messages)),
            "quotas": .array(quotas),
        ])
    }

    private static func row(
        _ name: QuotaName, limit: Int, _ period: Rate.Period? = nil, isPerAccount: Bool = false, used: Int?
    ) -> JSONValue {
        [
            "quota": .string(name.rawValue), "limit": .number(JSONNumber(limit)),
            "period": period.map { .string($0.rawValue) } ?? .null, "per_account": .bool(isPerAccount),
            "used": used.map { .number(JSONNumber($0)) } ?? .null,
        ]
    }

    private static func tenant(of call: APICall) async throws(Problem) -> TenantRecord {
        do throws(TenantFault) {
            return try await call.services.tenants.get(call["tenant_id"]).value
        } catch {
            guard case .store(let fault) = error else { throw .notFound }
            throw Problem(fault)
        }
    }

    private static func terms(of tenant: TenantRecord, _ call: APICall) -> QuotaTerms {
        call.services.quotas.terms(
            of: tenant.code,
            TenantAllowance(
                accounts: Int(tenant.maxAccounts), messagesPerDay: Int(tenant.maxDailyMessages),
                timezone: tenant.timezone))
    }

    // MARK: Describing

    private static let date = Schema.text(
        TextForm(
            "a date of the calendar", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", format: "date", example: "2026-11-24"
        ) {
            // What was before is kept nowhere.
            CivilDate($0).map { $0.year >= 1970 } ?? false
        }, 10...10)

    private static let counts = Schema.integer(0...Int64.max)

    private static let usage = ObjectSchema(
        "Usage", "What a tenant used.",
        [
            .required("tenant_id", .text(.id, 36...36), "The tenant."),
            .required("timezone", .text(.line, 1...64), "Its days begin at midnight there."),
            .required("usage", .array(of: .object(day), 1...UsageDay.daysKept), "From the first day to the last."),
        ])

    private static let day = ObjectSchema(
        "UsageDay", "What a tenant used on one day; kept for \(UsageDay.daysKept) days.",
        [
            .required("date", date, "The day."),
            .required("account_count", counts, "Accounts at the end of the day, or by now."),
            .required("message_count", counts, "Messages that were sent."),
        ])

    private static let quota = ObjectSchema(
        "Quota", "What a tenant may use, and has used.",
        [
            .required("tenant_id", .text(.id, 36...36), "The tenant."),
            .required("date", date, "Today in its time zone."),
            .required("timezone", .text(.line, 1...64), "Its days begin at midnight there."),
            .required("resets_at", .time, "When the messages of the day begin at zero again.", isNullable: true),
            .required(
                "over", .choice(Rules.Quota.Excess.allCases.map(\.rawValue)), "What happens to messages beyond a quota."
            ),
            .required("messages_today", counts, "Messages sent today, whatever quota they count against."),
            .required("quotas", .array(of: .object(line), 0...QuotaName.allCases.count), "Those that limit something."),
        ])

    private static let line = ObjectSchema(
        "QuotaLine", "One quota.",
        [
            .required("quota", .choice(QuotaName.allCases.map(\.rawValue)), "What is counted."),
            .required("limit", counts, "How many there may be, in each period if there is one."),
            .required(
                "period", .choice(Rate.Period.allCases.map(\.rawValue)), "null: at any time.", isNullable: true),
            .required("per_account", .boolean, "Whether each account may use as much."),
            .required("used", counts, "null where it is not counted for the tenant as a whole.", isNullable: true),
        ])
}
