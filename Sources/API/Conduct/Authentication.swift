// Who sends a request, in the terms of the API: why nobody is taken to be the sender becomes a problem.

import HTTP
import Identity
import Telemetry
import Tenancy

extension APIServices {
    func principal(of request: Request, _ requestID: String) async throws(Problem) -> Principal {
        do throws(AuthenticationFault) {
            let principal = try await identity.authenticator.principal(of: request)
            try await requireTenant(of: principal)
            return principal
        } catch {
            // The sender learns little of it, so that the log is the place to look for why a client is refused.
            if error != .missing {
                log.info("credentials refused", ["reason": error.rawValue, "request_id": requestID])
            }
            throw Problem(error)
        }
    }

    /// Who belongs to a tenant goes with it, at once: its users and keys are erased only after this, and one that was being made at
    /// the same instant may outlast that.
    private func requireTenant(of principal: Principal) async throws(AuthenticationFault) {
        guard let tenant = principal.tenant else { return }
        do throws(TenantFault) { _ = try await tenants.get(tenant) } catch {
            let fault: AuthenticationFault = error == .notFound ? .deletedTenant : .unavailable
            identity.authenticator.refused(fault)
            throw fault
        }
    }
}

extension Problem {
    fileprivate init(_ fault: AuthenticationFault) {
        switch fault {
        case .missing:
            self.init(
                .unauthenticated, "Send an access token (Authorization: Bearer …) or sign the request with an API key.")
        case .expiredToken: self.init(.tokenExpired, "The access token has expired; get another by the refresh token.")
        case .staleSignature:
            self.init(.unauthenticated, "The signature was made more than 300 s ago, or by a clock that is wrong.")
        case .replayed: self.init(.unauthenticated, "The nonce was used before; each request needs one of its own.")
        case .unavailable:
            self.init(.unavailable, "Credentials cannot be checked now. Repeat the request.", retryAfter: 1)
        case .malformed, .badToken, .endedSession, .suspended, .deletedTenant, .unknownKey, .expiredKey, .badSignature:
            self.init(.unauthenticated, "The credentials are not valid, or not any more.")
        }
    }
}
