// Tenants: who is served at all. `Tenancy` keeps them.

import Codec
import Gateway
import HTTP
import Identity
import Records
import Tenancy

enum TenantEndpoints {
    static let all = [
        Endpoint(
            .get, "/api/v1/tenants", "listTenants", "List tenants, the oldest first", action: "tenant.read",
            parameters: [.query("status", status, "Only those in this state.")] + PageQuery.parameters,
            answers: [.ok(.page("TenantPage", "tenants", of: tenant), "The tenants within reach.")],
            .needs(.tenantsRead, list)),
        Endpoint(
            .post, "/api/v1/tenants", "createTenant", "Make a tenant", action: "tenant.create", body: creation,
            answers: [.created(tenant, "The new tenant.")], problems: [.nameTaken], .needs(.tenantsManage, create)),
        Endpoint(
            .get, "/api/v1/tenants/{tenant_id}", "getTenant", "Show a tenant", action: "tenant.read",
            scope: .path("tenant_id"), parameters: [id],
            answers: [.ok(tenant, "The tenant.", hasVersion: true)], .needs(.tenantsRead, show)),
        Endpoint(
            .patch, "/api/v1/tenants/{tenant_id}", "updateTenant", "Change a tenant", action: "tenant.update",
            scope: .path("tenant_id"), parameters: [id], body: change,
            answers: [.ok(tenant, "The tenant as it is now.", hasVersion: true)], .needs(.tenantsUpdate, update)),
        Endpoint(
            .delete, "/api/v1/tenants/{tenant_id}", "deleteTenant", "Delete a tenant and erase its data",
            action: "tenant.delete", scope: .path("tenant_id"), parameters: [id],
            answers: [.noContent("The tenant is gone from the API; its data are being erased.")],
            problems: [.tenantConfigured], .needs(.tenantsManage, delete)),
    ]

    // MARK: Answering

    private static func list(_ call: APICall, _ principal: Principal) async throws(Problem) -> Reply {
        let status = call.query["status"]?.string.flatMap(TenantStatus.init)
        guard let own = principal.tenant else {
            let page = try await asking { () async throws(TenantFault) in
                try await call.services.tenants.list(status, page: call.page, size: call.size)
            }
            call.report(page.damaged, of: TenantRecord.kind)
            return .page("tenants", page.records.map(\.value.document), total: page.total, of: call)
        }
        // All that one of a tenant sees is its own.
        var visible: [JSONValue] = []
        do throws(TenantFault) {
            let tenant = try await call.services.tenants.get(own).value
            if status == nil || status == tenant.status { visible.append(tenant.document) }
        } catch {
            if error != .notFound { throw Problem(error) }
        }
        return .page("tenants", call.page == 1 ? visible : [], total: Int64(visible.count), of: call)
    }

    private static func create(_ call: APICall, _ principal: Principal) async throws(Problem) -> Reply {
        let made = try await asking { () async throws(TenantFault) in
            try await call.services.tenants.create(
                code: call.body["tenant_code"]?.string ?? "", TenantChange(call.body), call.origin(principal))
        }
        return .created(made.value.document, at: "/api/v1/tenants/\(made.value.id)", version: made.version)
    }

    private static func show(_ call: APICall, _: Principal) async throws(Problem) -> Reply {
        let stored = try await asking { () async throws(TenantFault) in
            try await call.services.tenants.get(call["tenant_id"])
        }
        return .ok(stored.value.document, version: stored.version)
    }

    private static func update(_ call: APICall, _ principal: Principal) async throws(Problem) -> Reply {
        let change = TenantChange(call.body)
        if change.isOfPlatform, principal.may(.tenantsManage) != .granted {
            let code = ProblemCode.permissionMissing
            await call.deny(principal, code)
            throw Problem(code, "`max_accounts`, `max_daily_messages` and `status` need `tenants.manage`.")
        }
        let version = try await condition(call)
        let updated = try await asking { () async throws(TenantFault) in
            try await call.services.tenants.update(
                call["tenant_id"], change, ifVersion: version, call.origin(principal))
        }
        return .ok(updated.value.document, version: updated.version)
    }

    private static func delete(_ call: APICall, _ principal: Principal) async throws(Problem) -> Reply {
        let version = try await condition(call)
        try await asking { () async throws(TenantFault) in
            try await call.services.tenants.delete(call["tenant_id"], ifVersion: version, call.origin(principal))
        }
        return .noContent
    }

    /// The version that the change must find; nil without If-Match: whatever there is.
    private static func condition(_ call: APICall) async throws(Problem) -> Int64? {
        guard call.condition != .none else { return nil }
        let stored = try await asking { () async throws(TenantFault) in
            try await call.services.tenants.latest(call["tenant_id"])
        }
        try call.checkVersion(stored.version)
        return stored.version
    }

    private static func asking<Result>(
        _ body: () async throws(TenantFault) -> Result
    ) async throws(Problem) -> Result {
        do throws(TenantFault) { return try await body() } catch { throw Problem(error) }
    }

    // MARK: Describing

    private static let id = Parameter.path("tenant_id", "The tenant.")
    private static let status = Schema.choice([TenantStatus.active.rawValue, TenantStatus.suspended.rawValue])

    private static let code = TextForm(
        "letters, digits, `-`, `_` and `.` (not first)", pattern: "^[A-Za-z0-9_-][A-Za-z0-9._-]*$", example: "acme"
    ) { ResourceName.problem(in: $0) == nil }

    private static let url = TextForm(
        "an http or https URL without user and fragment", format: "uri", example: "https://crm.example.com/hooks/weir"
    ) { (try? HTTPURL($0)) != nil }

    private static let zone = TextForm("the name of a zone of the IANA database", example: "Asia/Shanghai") {
        ZoneName.zone($0) != nil
    }

    private static let settings: [MemberSchema] = [
        .optional("max_accounts", .integer(TenantRules.accounts), "How many accounts it may have; 10 unless given."),
        .optional(
            "max_daily_messages", .integer(TenantRules.dailyMessages),
            "How many messages it may send on a day; 10000 unless given."),
        .optional(
            "webhook_url", .text(url, 1...TenantRules.webhookURLCharactersMax),
            "A note for others: Weir delivers to subscriptions.",
            isNullable: true),
        .optional("config", .anyObject, "The tenant's own settings, which mean nothing to Weir; 16 KB at most."),
        .optional("timezone", .text(zone, 1...64), "Its days begin at midnight there; Asia/Shanghai unless given."),
    ]
    private static let name = Schema.text(.name, 1...TenantRules.nameCharactersMax)

    private static let creation = ObjectSchema(
        "TenantCreation", "A tenant to be made.",
        [
            .required("tenant_name", name, "For people."),
            .required(
                "tenant_code", .text(code, 1...TenantRules.codeCharactersMax),
                "For machines: unique, never changed, the name of its block in weir.conf and in rules."),
        ] + settings)

    private static let change = ObjectSchema(
        "TenantChange", "What becomes of a tenant; what is left out stays.",
        [
            .optional("tenant_name", name, "For people."),
            .optional(
                "status", status, "A suspended tenant's callbacks are kept and routed; what it sends is refused."),
        ] + settings)

    private static let tenant = ObjectSchema(
        "Tenant", "Whoever is served: the owner of accounts, callback sources and webhooks.",
        [
            .required("id", .text(.id, 36...36), "Its id."), .required("tenant_name", name, "For people."),
            // Names of weir.conf may be longer.
            .required("tenant_code", .text(code, 1...ResourceName.byteCountMax), "For machines."),
            .required("max_accounts", .integer(TenantRules.accounts), "How many accounts it may have."),
            .required(
                "max_daily_messages", .integer(TenantRules.dailyMessages), "How many messages it may send on a day."),
            .required(
                "webhook_url", .text(url, 1...TenantRules.webhookURLCharactersMax),
                "A note for others: Weir delivers to subscriptions.", isNullable: true),
            .required("config", .anyObject, "The tenant's own settings."),
            .required("timezone", .text(zone, 1...64), "Its days begin at midnight there."),
            .required("status", status, "Whether it may send."), .required("created_at", .time, "When it was made."),
            .required("updated_at", .time, "When it was changed last."),
        ])
}

extension TenantChange {
    /// A body that was checked by its schema.
    fileprivate init(_ body: JSONValue) {
        self.init()
        name = body["tenant_name"]?.string
        maxAccounts = body["max_accounts"]?.integer
        maxDailyMessages = body["max_daily_messages"]?.integer
        if let url = body["webhook_url"] { webhookURL = .some(url.string) }
        config = body["config"]
        timezone = body["timezone"]?.string
        status = body["status"]?.string.flatMap(TenantStatus.init)
    }

    /// What a tenant must not decide about itself.
    fileprivate var isOfPlatform: Bool { maxAccounts != nil || maxDailyMessages != nil || status != nil }
}

extension ProblemCode {
    static let tenantConfigured = ProblemCode(
        "tenant_configured", .conflict, "The tenant has a block in weir.conf, which must go first.")
    static let tenantSuspended = ProblemCode(
        "tenant_suspended", .forbidden, "The tenant is suspended: what comes in is kept, nothing is sent.")
}

extension Problem {
    init(_ fault: TenantFault) {
        switch fault {
        case .notFound: self = .notFound
        case .versionMismatch:
            self.init(.versionMismatch, "The tenant was changed meanwhile; read it again before you change it.")
        case .codeTaken: self.init(StoreFault.nameTaken(field: TenantRecord.codeField))
        case .invalid(let problems):
            self.init(
                .validationFailed, "Members are wrong.",
                errors: problems.map { MemberFault(field: $0.field, code: $0.code, detail: "\($0.detail)") })
        case .configured:
            self.init(
                .tenantConfigured,
                "The tenant has a block in weir.conf; take it out there and reload (SIGHUP), then delete it.")
        case .suspended: self.init(.tenantSuspended, "\(fault)")
        case .store(let fault): self.init(fault)
        }
    }
}
