// How an attempt ended: the verdict, and a reason from a closed list that is the metric's label, the dead letter's field and
// the log's word.

import Telemetry

package enum DeliveryOutcome: Equatable, Sendable {
    case delivered(status: Int)
    /// Worth another attempt, not before `retryAfter` if the receiver named one.
    case failed(FailureReason, detail: String, retryAfter: Duration?)
    /// Another attempt would end the same way.
    case refused(FailureReason, detail: String)
}

/// One attempt, over.
package struct AttemptResult: Sendable {
    package let outcome: DeliveryOutcome
    /// Of the answer, if there was one.
    package var status: Int?
    /// The start of the answer's body.
    package var answer: [UInt8] = []
}

extension AttemptResult {
    /// What it says of the endpoint.
    var ending: EndpointConduct.Ending {
        switch outcome {
        case .delivered: .delivered
        case .failed(.throttled, _, _), .failed(.unreachable, _, _): .overloaded
        case .failed, .refused: .failed
        }
    }

    /// For how long the receiver, as a whole, wants to be left alone.
    var pauseAskedFor: Duration? {
        guard status == 429 || status == 503, case .failed(_, _, let retryAfter) = outcome else { return nil }
        return retryAfter
    }
}

package enum FailureReason: String, MetricLabel, CaseIterable, Sendable {
    case lookup
    case connect
    /// The host's address is private or special, or the port unusual, and not among those the configuration allows.
    case forbidden
    /// The proxy of the configuration does not answer, or makes no tunnel.
    case proxy
    case tls
    case timeout
    case interrupted
    case protocolViolation = "protocol"
    case redirect
    case clientError = "status_4xx"
    case serverError = "status_5xx"
    /// A gateway before the receiver could not reach it: 502 or 504.
    case unreachable = "status_502_504"
    case gone = "status_410"
    case throttled = "status_429"
    /// The endpoint is no longer configured.
    case endpointRemoved = "endpoint_removed"
    /// Nothing but failures for `delivery.disable-after`, or 410, or a human's decision.
    case endpointDisabled = "endpoint_disabled"
}
