// Why a subscription could not be had, made or changed. No message tells a secret.

package import Records
package import Vault

package enum SubscriptionFault: Error, CustomStringConvertible {
    case invalid([SubscriptionProblem])
    /// The tenant has as many as it may have.
    case tooMany
    /// So many keys sign already that the next one has to wait.
    case tooManyKeys
    /// Too many are being tried out just now.
    case busy
    case store(StoreFault)
    case vault(VaultFault)
    case crypto(String)

    package var description: String {
        switch self {
        case .invalid(let problems): problems.map { "\($0.field): \($0.detail)" }.joined(separator: "; ")
        case .tooMany: "a tenant has \(SubscriptionRules.perTenantMax) subscriptions at most; delete one first"
        case .tooManyKeys:
            "\(SubscriptionRules.keysMax) keys sign already: wait until one of them ends, or give `overlap` 0s, which ends them now"
        case .busy: "others try their webhooks out just now; repeat the request"
        case .store(let fault): "\(fault)"
        case .vault(let fault): "\(fault)"
        case .crypto(let reason): "the cryptographic library failed: \(reason)"
        }
    }
}
