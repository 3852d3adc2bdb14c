// What sign-in and authentication count.

package import Telemetry

package struct IdentityMetrics: Sendable {
    enum SignInResult: String, MetricLabel {
        case allowed
        /// A wrong name or password, or a suspended user.
        case denied
        /// Too many attempts came before, or too many passwords were being checked.
        case slowed
        /// Redis was away.
        case unavailable

        init(_ fault: IdentityFault?) {
            self =
                switch fault {
                case nil: .allowed
                case .slowDown, .busy: .slowed
                case .store, .vault, .crypto: .unavailable
                default: .denied
                }
        }
    }

    let signIns: LabelledCounter<SignInResult>
    let reuses: Counter
    let refusals: LabelledCounter<AuthenticationFault>

    package init(_ registry: MetricsRegistry) {
        signIns = registry.counters(
            "weir_sign_ins_total", "Attempts to sign in, by result.", by: SignInResult.self, as: "result")
        reuses = registry.counter(
            "weir_refresh_token_reuses_total", "Refresh tokens that were used twice, which ended their session.")
        refusals = registry.counters(
            "weir_authentication_refusals_total", "Requests of the API whose credentials were refused, by reason.",
            by: AuthenticationFault.self, as: "reason")
    }
}

extension AuthenticationFault: MetricLabel {}
