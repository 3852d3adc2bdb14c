// Whether a delivery is genuine: what a tenant's receiver must check (Standard Webhooks 1.0.0), with the reason if it is not.

import Crypto
import HTTP
import Webhooks

enum DeliveryVerdict: Equatable {
    case genuine
    case missing(header: String)
    case timestampMalformed(String)
    /// By the difference of the two clocks.
    case outsideTolerance(seconds: Int64)
    case signatureWrong

    /// What the specification's libraries allow, in seconds.
    static let tolerance: Int64 = 300

    /// - verifier: has the keys of the sender.
    /// - now: in seconds since 1970.
    init(_ request: Request, checkedBy verifier: WebhookVerifier, at now: Int64) throws(CryptoError) {
        guard let id = request.header("webhook-id") else {
            self = .missing(header: "webhook-id")
            return
        }
        guard let timestampText = request.header("webhook-timestamp") else {
            self = .missing(header: "webhook-timestamp")
            return
        }
        guard let signatures = request.header("webhook-signature") else {
            self = .missing(header: "webhook-signature")
            return
        }
        try self.init(
            id: id, timestamp: timestampText, signatures: signatures, body: request.body, checkedBy: verifier, at: now)
    }

    init(
        id: String, timestamp text: String, signatures: String, body: [UInt8], checkedBy verifier: WebhookVerifier,
        at now: Int64
    ) throws(CryptoError) {
        guard let timestamp = Int64(text), String(timestamp) == text else {
            self = .timestampMalformed(text)
            return
        }
        let (age, isOverflown) = now.subtractingReportingOverflow(timestamp)
        guard !isOverflown, age.magnitude <= Self.tolerance else {
            self = .outsideTolerance(seconds: isOverflown ? .max : age)
            return
        }
        let isSigned = try verifier.isGenuine(signatures, id: id, timestamp: timestamp, body: body)
        self = isSigned ? .genuine : .signatureWrong
    }
}

extension DeliveryVerdict: CustomStringConvertible {
    var description: String {
        switch self {
        case .genuine: "signature right"
        case .missing(let header): "NOT GENUINE: it has no header \(header)"
        case .timestampMalformed(let text): "NOT GENUINE: webhook-timestamp is `\(Printable.line(text))`, not seconds"
        case .outsideTolerance(let seconds):
            "NOT GENUINE: webhook-timestamp is \(seconds.magnitude) s \(seconds > 0 ? "old" : "ahead"), "
                + "allowed are \(Self.tolerance) s; is one of the two clocks wrong?"
        case .signatureWrong: "NOT GENUINE: signed with another key than this one, or changed on the way"
        }
    }
}
