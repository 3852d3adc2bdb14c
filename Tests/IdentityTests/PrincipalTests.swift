// Roles, permissions and what a principal may.

import Identity
import Testing

@Suite struct PrincipalTests {
    private func principal(_ role: Role, tenant: String?, scopes: PermissionSet? = nil) -> Principal {
        Principal(kind: .user, id: "u", name: "n", role: role, tenant: tenant, scopes: scopes)
    }

    @Test("each permission has a bit of its own")
    func bits() {
        for permission in Permission.allCases {
            #expect(PermissionSet([permission]).elements == [permission])
        }
        #expect(PermissionSet.all.elements == Permission.allCases)
    }

    @Test("a higher role may all that a lower one may, and none appoints a higher one")
    func order() {
        for (higher, lower) in zip(Role.allCases, Role.allCases.dropFirst()) {
            #expect(higher.permissions.isSuperset(of: lower.permissions))
        }
        #expect(Role.platformAdmin.mayAppoint(.platformAdmin))
        #expect(Role.tenantAdmin.mayAppoint(.tenantAdmin))
        #expect(!Role.tenantAdmin.mayAppoint(.platformAdmin))
        #expect(!Role.operator.mayAppoint(.viewer))
    }

    @Test("who has one tenant sees nothing of another, and not that it exists")
    func tenants() {
        for role in Role.allCases where role.fits(tenant: "a") {
            let own = principal(role, tenant: "a")
            #expect(own.may(.tenantsRead, in: "a") == .granted)
            for permission in Permission.allCases {
                #expect(own.may(permission, in: "b") == .hidden)
                #expect(own.may(permission, in: nil) == .hidden)
            }
        }
        #expect(principal(.viewer, tenant: nil).may(.tenantsRead, in: "b") == .granted)
        #expect(principal(.viewer, tenant: nil).may(.tenantsManage, in: "b") == .forbidden)
    }

    @Test("scopes narrow a role and never widen it")
    func scopes() {
        let key = principal(.operator, tenant: "a", scopes: [.usageRead, .usersManage])
        #expect(key.may(.usageRead, in: "a") == .granted)
        #expect(key.may(.tenantsRead, in: "a") == .forbidden)
        #expect(key.may(.usersManage, in: "a") == .forbidden)
    }

    @Test("a key with narrow scopes makes nobody who can do more")
    func narrow() {
        let key = principal(.platformAdmin, tenant: nil, scopes: [.usersManage, .tenantsRead])
        for role in Role.allCases { #expect(!key.mayAppoint(role)) }
        #expect(principal(.tenantAdmin, tenant: "a").mayAppoint(.viewer))
        #expect(!principal(.tenantAdmin, tenant: "a").mayAppoint(.platformAdmin))
    }

    @Test("a one-time password opens nothing but its own change")
    func mustChange() {
        let fresh = Principal(
            kind: .user, id: "u", name: "admin", role: .platformAdmin, tenant: nil, mustChangePassword: true)
        for permission in Permission.allCases { #expect(fresh.may(permission, in: nil) == .passwordChangeRequired) }
    }
}
