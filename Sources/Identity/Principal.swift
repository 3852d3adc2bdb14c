// On whose behalf a request comes: what authentication finds out, and all that authorisation needs. A plain value; that it is
// still true is the business of whoever hands it out.

package struct Principal: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case user, key
    }

    package let kind: Kind
    package let id: String
    /// The username, or the name given to the key.
    package let name: String
    package let role: Role
    /// The id of the one tenant whose data it may touch; nil: the whole platform.
    package let tenant: String?
    /// What is left of the role's permissions: scopes narrow, and who must change a password may do nothing else.
    package let permissions: PermissionSet
    /// Signed in by a one-time password: only the endpoints that need no permission answer.
    package let mustChangePassword: Bool
    /// The sign-in that an access token belongs to; nil for a key.
    package let session: String?

    /// - Parameter scopes: nil: all that the role may.
    package init(
        kind: Kind, id: String, name: String, role: Role, tenant: String?, scopes: PermissionSet? = nil,
        mustChangePassword: Bool = false, session: String? = nil
    ) {
        self.kind = kind
        self.id = id
        self.name = name
        self.role = role
        self.tenant = tenant
        permissions = mustChangePassword ? [] : scopes.map(role.permissions.intersection) ?? role.permissions
        self.mustChangePassword = mustChangePassword
        self.session = session
    }
}

/// The answer to "may it?", with what a refusal looks like from outside.
package enum Access: Hashable, Sendable {
    case granted
    /// 403, `password_change_required`: first the one-time password.
    case passwordChangeRequired
    /// 403: the permission is missing.
    case forbidden
    /// 404: it belongs to another tenant, and that it exists is not told.
    case hidden
}

extension Principal {
    /// - Parameter owner: the tenant that the object belongs to; nil: it belongs to the platform.
    package func may(_ permission: Permission, in owner: String?) -> Access {
        guard reaches(owner) else { return .hidden }
        return may(permission)
    }

    /// Whether it has the permission at all, in whatever tenant it belongs to.
    package func may(_ permission: Permission) -> Access {
        if mustChangePassword { return .passwordChangeRequired }
        return permissions.contains(permission) ? .granted : .forbidden
    }

    /// Whether it may make, change or remove users of this role: never one that can do more than it can itself, a key with narrow
    /// scopes included.
    package func mayAppoint(_ other: Role) -> Bool {
        permissions.contains(.usersManage) && permissions.isSuperset(of: other.permissions)
    }

    /// Whether data of this tenant (nil: of the platform) is within its scope. Lists show what it reaches.
    package func reaches(_ owner: String?) -> Bool {
        guard let tenant else { return true }
        return tenant == owner
    }
}
