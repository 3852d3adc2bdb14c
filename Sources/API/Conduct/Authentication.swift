// Who sends a request, in the terms of the API: why nobody is taken to be the sender becomes a problem.

import HTTP
import Identity
import Telemetry

extension APIServices {
    func principal(of request: Request, _ requestID: String) async throws(Problem) -> Principal {
        do throws(AuthenticationFault) {
            return try await identity.authenticator.principal(of: request)
        } catch {
            // The sender learns little of it, so that the log is the place to look for why a client is refused.
            if error != .missing {
                log.info("credentials refused", ["reason": error.rawValue, "request_id": requestID])
            }
            throw Problem(error)
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
        case .malformed, .badToken, .endedSession, .suspended, .unknownKey, .expiredKey, .badSignature:
            self.init(.unauthenticated, "The credentials are not valid, or not any more.")
        }
    }
}
