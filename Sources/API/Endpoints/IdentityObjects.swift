// Users, keys and tokens as the API shows them; and what goes wrong with them, as problems.

import Codec
import Events
import HTTP
import Identity
import Tenancy

enum IdentityObjects {
    // MARK: Schemas

    static let username = TextForm(
        "lower-case letters, digits and . _ @ + -, beginning with a letter or digit", pattern: Username.pattern,
        example: "zhang.san", accepts: Username.isValid)
    static let role = Schema.choice(Role.allCases.map(\.rawValue))
    static let status = Schema.choice(User.Status.allCases.map(\.rawValue))
    static let scopes = Schema.array(of: .choice(Permission.allCases.map(\.rawValue)), 0...Permission.allCases.count)
    static let tenant = Schema.text(.id, 36...36)
    /// Longer ones are no passwords, and each costs a hash.
    static let password = Schema.text(.any, 1...256)

    static let user = ObjectSchema(
        "User", "A person who signs in.",
        [
            .required("id", .text(.id, 36...36), "Its id."),
            .required(
                "username", .text(username, Username.byteCounts), "The name to sign in with; unique in this Weir."),
            .required("role", role, "What the user may do."),
            .required("tenant_id", tenant, "The tenant; null: the whole platform.", isNullable: true),
            .required("status", status, "A suspended user has no access."),
            .required("must_change_password", .boolean, "Whether the password is a one-time one."),
            .required("created_at", .time, "When it was made."),
            .required("updated_at", .time, "When it was last changed."),
        ])

    static let key = ObjectSchema("APIKey", "What a machine signs its requests with, without the secret.", keyMembers)

    static let newKey = ObjectSchema(
        "NewAPIKey", "A key as it is shown once, with its secret.",
        keyMembers + [.required("secret", .text(.line, 43...43), "The secret. It is not shown again.")])

    private static let keyMembers: [MemberSchema] = [
        .required("id", .text(.id, 36...36), "Its id: `key` of a signature."),
        .required("name", .text(.name, 1...100), "What it is for."),
        .required("role", role, "What the key may do at most."),
        .required("scopes", scopes, "The permissions it is narrowed to; null: all of its role's.", isNullable: true),
        .required("tenant_id", tenant, "The tenant; null: the whole platform.", isNullable: true),
        .required("expires_at", .time, "When it ends by itself; null: never.", isNullable: true),
        .required("last_used_at", .time, "When it was last used, to the minute; null: never.", isNullable: true),
        .required("created_by", .text(.line, 1...100), "Who made it."),
        .required("created_at", .time, "When it was made."),
        .required("updated_at", .time, "When it was last changed."),
    ]

    static let tokens = ObjectSchema(
        "Tokens", "What a client goes on with.",
        [
            .required("access_token", .text(.line, 1...1024), "Sent with each request: `Authorization: Bearer …`."),
            .required("token_type", .choice(["Bearer"]), "How it is sent."),
            .required("expires_in", .integer(1...AccessToken.lifetime), "Seconds that the access token is good for."),
            .required("refresh_token", .text(.line, 1...256), "Good once, for the next pair."),
            .required(
                "refresh_expires_in", .integer(1...Session.lifetime / 1000),
                "Seconds that the refresh token is good for."),
            .required("user", .object(user), "Who signed in."),
        ])

    static let principal = ObjectSchema(
        "Principal", "On whose behalf a request comes.",
        [
            .required("kind", .choice(Principal.Kind.allCases.map(\.rawValue)), "A user or an API key."),
            .required("id", .text(.id, 36...36), "Its id."),
            .required("name", .text(.line, 1...100), "The username, or the name of the key."),
            .required("role", role, "Its role."),
            .required("tenant_id", tenant, "The tenant; null: the whole platform.", isNullable: true),
            .required("permissions", scopes, "What it may do now."),
            .required("must_change_password", .boolean, "Whether the one-time password has to be changed first."),
        ])

    // MARK: Values

    static func json(_ user: User) -> JSONValue {
        [
            "id": .string(user.id), "username": .string(user.username), "role": .string(user.role.rawValue),
            "tenant_id": text(user.tenant), "status": .string(user.status.rawValue),
            "must_change_password": .bool(user.mustChangePassword), "created_at": time(user.createdAt),
            "updated_at": time(user.updatedAt),
        ]
    }

    static func json(_ key: APIKey, lastUsedAt: Int64?) -> JSONValue {
        [
            "id": .string(key.id), "name": .string(key.name), "role": .string(key.role.rawValue),
            "scopes": key.scopes.map(names) ?? .null, "tenant_id": text(key.tenant), "expires_at": time(key.expiresAt),
            "last_used_at": time(lastUsedAt), "created_by": .string(key.createdBy), "created_at": time(key.createdAt),
            "updated_at": time(key.updatedAt),
        ]
    }

    static func json(_ pair: TokenPair) -> JSONValue {
        [
            "access_token": .string(pair.access), "token_type": "Bearer",
            "expires_in": .number(JSONNumber(AccessToken.lifetime)), "refresh_token": .string(pair.refresh),
            "refresh_expires_in": .number(JSONNumber(Session.lifetime / 1000)), "user": json(pair.user),
        ]
    }

    static func json(_ principal: Principal) -> JSONValue {
        [
            "kind": .string(principal.kind.rawValue), "id": .string(principal.id), "name": .string(principal.name),
            "role": .string(principal.role.rawValue), "tenant_id": text(principal.tenant),
            "permissions": names(principal.permissions), "must_change_password": .bool(principal.mustChangePassword),
        ]
    }

    private static func names(_ permissions: PermissionSet) -> JSONValue {
        .array(permissions.elements.map { .string($0.rawValue) })
    }

    private static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    private static func time(_ milliseconds: Int64?) -> JSONValue {
        milliseconds.flatMap { Timestamp(milliseconds: $0) }.map { .string($0.description) } ?? .null
    }

    // MARK: Members of a body that was checked

    static func role(_ value: JSONValue?) -> Role? { value?.string.flatMap(Role.init) }

    static func scopes(_ value: JSONValue?) -> PermissionSet? {
        value?.array.map { PermissionSet($0.compactMap { $0.string.flatMap(Permission.init) }) }
    }

    static func milliseconds(_ value: JSONValue?) -> Int64? {
        value?.string.flatMap { Timestamp(rfc3339: $0) }?.milliseconds
    }
}

// MARK: - Problems

extension ProblemCode {
    static let invalidCredentials = ProblemCode(
        "invalid_credentials", .unauthorized, "The username or the password is wrong.")
    static let userSuspended = ProblemCode("user_suspended", .forbidden, "The user is suspended.")
    static let tooManyAttempts = ProblemCode(
        "too_many_attempts", .tooManyRequests, "Sign-in is slowed down; Retry-After says for how long.")
    static let busy = ProblemCode("busy", .serviceUnavailable, "Too many passwords are being checked.")
    static let invalidRefreshToken = ProblemCode(
        "invalid_refresh_token", .unauthorized, "The refresh token is not valid, or not any more.")
    static let refreshTokenReused = ProblemCode(
        "refresh_token_reused", .unauthorized, "The refresh token was used before; the session has been ended.")
    static let roleTooHigh = ProblemCode("role_too_high", .forbidden, "It may do what you may not.")
    static let lastAdministrator = ProblemCode(
        "last_administrator", .conflict, "Nobody would be left to run this Weir.")
    static let notOneself = ProblemCode(
        "not_oneself", .conflict, "Nobody suspends, removes or promotes themselves.")
    static let noPassword = ProblemCode("no_password", .forbidden, "An API key has no password and no session.")
}

extension Problem {
    /// - Parameter password: the member of the body that holds a new password.
    init(_ fault: IdentityFault, password: String = "password") {
        func invalid(_ field: String, _ code: String) -> Problem {
            Problem(
                .validationFailed, fault.description,
                errors: [MemberFault(field: field, code: code, detail: fault.description)])
        }
        switch fault {
        case .badCredentials: self.init(.invalidCredentials, fault.description)
        case .suspended: self.init(.userSuspended, fault.description)
        case .slowDown(let seconds): self.init(.tooManyAttempts, fault.description, retryAfter: Int(seconds))
        case .busy: self.init(.busy, fault.description, retryAfter: 1)
        case .badRefreshToken: self.init(.invalidRefreshToken, fault.description)
        case .reusedRefreshToken: self.init(.refreshTokenReused, fault.description)
        case .weakPassword(let weakness):
            switch weakness {
            case .tooShort: self = invalid(password, "too_short")
            case .tooLong: self = invalid(password, "too_long")
            case .hasZeroByte, .holdsUsername: self = invalid(password, "not_allowed")
            }
        case .samePassword: self = invalid(password, "not_allowed")
        case .badUsername: self = invalid("username", "format")
        case .roleDoesNotFit: self = invalid("tenant_id", "not_allowed")
        case .scopesTooWide: self = invalid("scopes", "not_allowed")
        case .expiryInThePast: self = invalid("expires_at", "too_small")
        case .roleTooHigh: self.init(.roleTooHigh, fault.description)
        case .lastAdministrator: self.init(.lastAdministrator, fault.description)
        case .oneself: self.init(.notOneself, fault.description)
        case .store(let fault): self.init(fault)
        case .vault, .crypto: self.init(.internalError, fault.description)
        }
    }
}

extension APICall {
    /// Throws when the tenant that the body names is none.
    func requireTenant() async throws(Problem) {
        guard let tenant else { return }
        do throws(TenantFault) {
            _ = try await services.tenants.get(tenant)
        } catch .notFound {
            throw Problem(
                .validationFailed, "There is no such tenant.",
                errors: [MemberFault(field: "tenant_id", code: "unknown", detail: "There is no such tenant.")])
        } catch {
            throw Problem(error)
        }
    }
}

/// Runs a step of identity; its fault is a problem.
func identifying<Value>(
    password: String = "password", _ step: () async throws(IdentityFault) -> Value
) async throws(Problem) -> Value {
    do throws(IdentityFault) { return try await step() } catch { throw Problem(error, password: password) }
}
