// What a provider's callback must bring along. One of these, never two: a reader of the configuration shall see at once
// what protects a source.

package import Telemetry

package enum InstanceAuthentication: Sendable {
    /// A signature over the body in the manner of Standard Webhooks; `previous` is valid during a change of secret.
    case hmac(Masked<[UInt8]>, previous: Masked<[UInt8]>?, tolerance: Duration?)
    /// A secret as the last segment of the path: `/callback/NAME/TOKEN`.
    case pathToken(Masked<String>)
    /// A header with a secret value; the name is in lower case.
    case header(name: String, value: Masked<String>)
    /// Nothing but the address it comes from.
    case addressOnly

    package var tolerance: Duration? {
        if case .hmac(_, _, let tolerance) = self { tolerance } else { nil }
    }
}
