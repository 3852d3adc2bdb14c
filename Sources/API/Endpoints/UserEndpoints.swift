// The users of a tenant, or of the platform.

import Codec
import HTTP
import Identity
import Records

enum UserEndpoints {
    static let all = [list, create, get, update, delete]

    private static let one = [Parameter.path("user_id", "The id of the user.")]

    private static let list = Endpoint(
        .get, "/api/v1/users", "listUsers", "List users", action: "user.list", scope: .query("tenant_id"),
        parameters: PageQuery.parameters + [
            .query("tenant_id", IdentityObjects.tenant, "Of this tenant; else of all that one may see.")
        ], answers: [.ok(.page("UserPage", "users", of: IdentityObjects.user), "A page of users, the oldest first.")],
        .needs(.usersRead) { (call, _) async throws(Problem) in
            let list = call.tenant.map(User.list) ?? User.all
            let page = try await storing { () async throws(StoreFault) in
                try await call.services.identity.users.store.page(list, page: call.page, size: call.size)
            }
            call.report(page.damaged, of: User.kind)
            return .page("users", page.records.map { IdentityObjects.json($0.value) }, total: page.total, of: call)
        })

    private static let create = Endpoint(
        .post, "/api/v1/users", "createUser", "Make a user", action: "user.create", scope: .body("tenant_id"),
        body: ObjectSchema(
            "UserCreation", "A user to be made.",
            [
                .required(
                    "username", .text(IdentityObjects.username, Username.byteCounts), "The name to sign in with."),
                .required(
                    "password", IdentityObjects.password,
                    "At least \(Passwords.bytesMin) bytes and at most 72; to be changed at the first sign-in."),
                .required("role", IdentityObjects.role, "What the user may do; not more than you."),
                .optional(
                    "tenant_id", IdentityObjects.tenant, "The tenant; null: the whole platform. Your own unless given.",
                    isNullable: true),
            ]), answers: [.created(IdentityObjects.user, "Made.")], problems: [.nameTaken, .roleTooHigh, .busy],
        .needs(.usersManage) { (call, principal) async throws(Problem) in
            try await call.requireTenant()
            let stored = try await identifying { () async throws(IdentityFault) in
                try await call.services.identity.users.create(
                    username: call.body["username"]?.string ?? "", password: call.body["password"]?.string ?? "",
                    role: IdentityObjects.role(call.body["role"]) ?? .viewer, tenant: call.tenant, by: principal,
                    call.origin(principal))
            }
            return .created(
                IdentityObjects.json(stored.value), at: "/api/v1/users/\(stored.value.id)", version: stored.version)
        })

    private static let get = Endpoint(
        .get, "/api/v1/users/{user_id}", "getUser", "Show a user", action: "user.read", scope: .object,
        parameters: one, answers: [.ok(IdentityObjects.user, "The user.", hasVersion: true)],
        .needs(.usersRead) { (call, principal) async throws(Problem) in
            let stored = try await found(call, principal)
            return .ok(IdentityObjects.json(stored.value), version: stored.version)
        })

    private static let update = Endpoint(
        .patch, "/api/v1/users/{user_id}", "updateUser", "Change a user's role, status or password",
        action: "user.update", scope: .object, parameters: one,
        body: ObjectSchema(
            "UserUpdate", "What is to change.",
            [
                .optional("role", IdentityObjects.role, "Takes effect at once."),
                .optional("status", IdentityObjects.status, "A suspended user is out at once."),
                .optional(
                    "password", IdentityObjects.password,
                    "A one-time password; ends the user's sessions. One's own is changed at /api/v1/auth/password."),
            ]), answers: [.ok(IdentityObjects.user, "Changed.", hasVersion: true)],
        problems: [.roleTooHigh, .lastAdministrator, .notOneself, .busy],
        .needs(.usersManage) { (call, principal) async throws(Problem) in
            let stored = try await found(call, principal)
            try call.checkVersion(stored.version)
            var change = UserDirectory.Change()
            change.role = IdentityObjects.role(call.body["role"])
            change.status = call.body["status"]?.string.flatMap(User.Status.init)
            change.password = call.body["password"]?.string
            let changed = try await identifying { () async throws(IdentityFault) in
                try await call.services.identity.users.change(
                    stored, change, by: principal, call.origin(principal))
            }
            return .ok(IdentityObjects.json(changed.value), version: changed.version)
        })

    private static let delete = Endpoint(
        .delete, "/api/v1/users/{user_id}", "deleteUser", "Remove a user", action: "user.delete", scope: .object,
        parameters: one, answers: [.noContent("Removed.")], problems: [.roleTooHigh, .lastAdministrator, .notOneself],
        .needs(.usersManage) { (call, principal) async throws(Problem) in
            let stored = try await found(call, principal)
            try call.checkVersion(stored.version)
            try await identifying { () async throws(IdentityFault) in
                try await call.services.identity.users.delete(
                    stored, by: principal, call.origin(principal))
            }
            return .noContent
        })

    private static func found(_ call: APICall, _ principal: Principal) async throws(Problem) -> Stored<User> {
        let stored = try await storing { () async throws(StoreFault) in
            try await call.services.identity.users.store.get(call["user_id"])
        }
        try await call.admit(principal, owner: stored.value.tenant)
        return stored
    }
}

/// Runs a step of a store; its fault is a problem.
func storing<Value>(_ step: () async throws(StoreFault) -> Value) async throws(Problem) -> Value {
    do throws(StoreFault) { return try await step() } catch { throw Problem(error) }
}
