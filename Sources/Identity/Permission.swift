// The smallest things that can be allowed. An endpoint asks for one by its name; API keys list them as their scopes.

/// The raw value is the public name: in scopes, in the documentation, in a refusal.
package enum Permission: String, CaseIterable, Sendable {
    case tenantsRead = "tenants.read"
    /// Name, address, settings of a tenant.
    case tenantsUpdate = "tenants.update"
    /// Tenants come and go, their status and their quotas: what a tenant must not decide about itself.
    case tenantsManage = "tenants.manage"
    case usersRead = "users.read"
    case usersManage = "users.manage"
    case apiKeysRead = "api-keys.read"
    case apiKeysManage = "api-keys.manage"
    case auditRead = "audit.read"
    /// Usage per day, and the quotas it counts against.
    case usageRead = "usage.read"
    /// The rule file, and trying others, which changes nothing. Rules may name any tenant, so it counts for the platform only.
    case rulesRead = "rules.read"
    case monitorRead = "monitor.read"
    /// Subscriptions, and what became of deliveries; no secret.
    case webhooksRead = "webhooks.read"
    /// Where events go: subscriptions and their secrets, and sending again what was sent before.
    case webhooksWrite = "webhooks.write"
}

/// Permissions as bits: a check on every request is one instruction.
package struct PermissionSet: Hashable, Sendable {
    private var bits: UInt64 = 0

    package init() {}

    package init(_ permissions: some Sequence<Permission>) {
        for permission in permissions { bits |= Self.bit(of: permission) }
    }

    private init(bits: UInt64) { self.bits = bits }

    package static let all = PermissionSet(Permission.allCases)

    package var isEmpty: Bool { bits == 0 }

    package func contains(_ permission: Permission) -> Bool { bits & Self.bit(of: permission) != 0 }

    package func isSuperset(of other: PermissionSet) -> Bool { other.bits & ~bits == 0 }

    package func intersection(_ other: PermissionSet) -> PermissionSet { PermissionSet(bits: bits & other.bits) }

    /// In the order of the declaration.
    package var elements: [Permission] { Permission.allCases.filter(contains) }

    /// One for each case in turn; a set has 64 places.
    private static func bit(of permission: Permission) -> UInt64 {
        switch permission {
        case .tenantsRead: 1 << 0
        case .tenantsUpdate: 1 << 1
        case .tenantsManage: 1 << 2
        case .usersRead: 1 << 3
        case .usersManage: 1 << 4
        case .apiKeysRead: 1 << 5
        case .apiKeysManage: 1 << 6
        case .auditRead: 1 << 7
        case .usageRead: 1 << 8
        case .rulesRead: 1 << 9
        case .monitorRead: 1 << 10
        case .webhooksRead: 1 << 11
        case .webhooksWrite: 1 << 12
        }
    }
}

extension PermissionSet: ExpressibleByArrayLiteral {
    package init(arrayLiteral permissions: Permission...) { self.init(permissions) }
}
