// Why something about users, sessions or keys was not done. Callers decide by case: each is another answer of the API.

package import Audit
import Codec
package import Records
package import Vault

package enum IdentityFault: Error, Equatable, Sendable {
    /// Username or password are wrong; which, nobody is told.
    case badCredentials
    /// Right, but suspended.
    case suspended
    /// Too many attempts: again in so many seconds.
    case slowDown(seconds: Int64)
    /// Too many passwords are being checked: again soon.
    case busy
    /// The refresh token is none, or its session has ended.
    case badRefreshToken
    /// It was used before, so two have it: its session was ended.
    case reusedRefreshToken
    case weakPassword(PasswordFault)
    case badUsername
    /// The new password is the old one.
    case samePassword
    /// A role that the tenant (or its absence) does not allow.
    case roleDoesNotFit(Role)
    /// A role above the one who gives it.
    case roleTooHigh(Role)
    /// Permissions that the role does not have.
    case scopesTooWide([Permission])
    /// Its end has passed already.
    case expiryInThePast
    /// Nobody would be left to run Weir.
    case lastAdministrator
    /// Nobody removes or suspends themselves.
    case oneself
    case store(StoreFault)
    case vault(VaultFault)
    case crypto(String)
}

extension IdentityFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .badCredentials: "The username or the password is wrong."
        case .suspended: "The user is suspended."
        case .slowDown(let seconds): "Too many attempts; try again in \(seconds) s."
        case .busy: "Too many passwords are being checked; try again in a moment."
        case .badRefreshToken: "The refresh token is not valid; sign in again."
        case .reusedRefreshToken: "The refresh token was used before; its session has been ended. Sign in again."
        case .weakPassword(let fault): "\(fault)."
        case .badUsername: "A username has 1 to 64 of a-z, 0-9 and . _ @ + -, and begins with a letter or a digit."
        case .samePassword: "The new password is the old one."
        case .roleDoesNotFit(let role):
            role == .platformAdmin
                ? "A platform-admin belongs to no tenant." : "The role \(role.rawValue) needs a tenant."
        case .roleTooHigh(let role): "The role \(role.rawValue) is above your own."
        case .scopesTooWide(let permissions):
            "The role does not have: " + permissions.map(\.rawValue).joined(separator: ", ") + "."
        case .expiryInThePast: "The expiry lies in the past."
        case .lastAdministrator: "This is the last active platform-admin."
        case .oneself: "Nobody suspends, removes or changes the role of themselves."
        case .store(let fault): "\(fault)"
        case .vault(let fault): "\(fault)"
        case .crypto(let reason): "\(reason)"
        }
    }
}

extension AuditActor {
    package init(_ principal: Principal) {
        self.init(principal.kind == .user ? .user : .key, id: principal.id, name: principal.name)
    }
}
