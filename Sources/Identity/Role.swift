// Who may do what, in one table: a role stands for its permissions, and nothing else in Weir asks for a role.

/// What a user or an API key is, from the most powerful to the least.
package enum Role: String, CaseIterable, Sendable {
    /// Runs Weir: all tenants, and what belongs to none.
    case platformAdmin = "platform-admin"
    /// Runs one tenant: its users, keys and settings.
    case tenantAdmin = "tenant-admin"
    /// Works with what a tenant has.
    case `operator` = "operator"
    /// Looks, and changes nothing.
    case viewer = "viewer"
}

extension Role {
    /// The table.
    package var permissions: PermissionSet {
        switch self {
        case .platformAdmin: .all
        case .tenantAdmin:
            [
                .tenantsRead, .tenantsUpdate, .usersRead, .usersManage, .apiKeysRead, .apiKeysManage, .auditRead,
                .usageRead, .rulesRead, .monitorRead, .webhooksRead, .webhooksWrite,
            ]
        // It changes webhooks, since it is called when they fail.
        case .operator: [.tenantsRead, .usageRead, .rulesRead, .monitorRead, .webhooksRead, .webhooksWrite]
        case .viewer: [.tenantsRead, .usageRead, .rulesRead, .monitorRead, .webhooksRead]
        }
    }

    /// Whether a principal of this role may exist for the whole platform (no tenant), or for one tenant.
    package func fits(tenant: String?) -> Bool {
        switch self {
        case .platformAdmin: tenant == nil
        case .tenantAdmin: tenant != nil
        case .operator, .viewer: true
        }
    }

    /// Whether who has this role may make, change or remove principals of the other: never one that can do more.
    package func mayAppoint(_ other: Role) -> Bool {
        permissions.contains(.usersManage) && permissions.isSuperset(of: other.permissions)
    }
}
