// What a bucket answers, and how that is told to the client: by the fields of draft-ietf-httpapi-ratelimit-headers.
//
// The draft changed its mind: up to -06 there were RateLimit-Limit, -Remaining and -Reset, which clients read today; since -07 one
// field RateLimit with parameters, which hardly any does. Weir sends the three, and of the newer draft RateLimit-Policy, which
// names the bucket they speak of.

package import HTTP
package import Language
import Loop

package struct RateVerdict: Equatable, Sendable {
    package let isAdmitted: Bool
    package let rate: Rate
    package let remaining: Int
    /// Until there is a token; zero while there is one.
    package let retryAfter: Duration

    package init(isAdmitted: Bool, rate: Rate, remaining: Int, retryAfter: Duration) {
        self.isAdmitted = isAdmitted
        self.rate = rate
        self.remaining = min(max(0, remaining), rate.count)
        self.retryAfter = retryAfter
    }

    /// Whole seconds, at least one: what a client that waits shall wait.
    package var retryAfterSeconds: Int { max(1, Self.seconds(retryAfter)) }

    /// Until the bucket is full again.
    var resetSeconds: Int {
        let missing = Double(rate.count - remaining) / Double(max(1, rate.count))
        return max(Self.seconds(rate.period.duration * missing), isAdmitted ? 0 : retryAfterSeconds)
    }

    /// How near its end the bucket is, for choosing which one to speak of.
    var fullness: Double { Double(remaining) / Double(max(1, rate.count)) }

    private static func seconds(_ duration: Duration) -> Int { Int(duration.seconds.rounded(.up)) }
}

/// The buckets a request of the API passes, by what they count.
package enum RequestBucket: String, CaseIterable, Sendable {
    case address, key, tenant
}

/// What the limits have to say about one request of the API.
package struct RequestVerdict: Equatable, Sendable {
    package let bucket: RequestBucket
    package let verdict: RateVerdict

    package var isAdmitted: Bool { verdict.isAdmitted }

    /// Of two, a refusal, else the one that is nearer its end.
    package func orNearer(_ other: RequestVerdict?) -> RequestVerdict {
        guard let other, isAdmitted else { return self }
        return !other.isAdmitted || other.verdict.fullness < verdict.fullness ? other : self
    }

    package func add(to response: inout Response) {
        let rate = verdict.rate
        response.fields.add(
            rateLimit: rate.count, remaining: verdict.remaining, resetSeconds: verdict.resetSeconds,
            bucket: bucket.rawValue, windowSeconds: Int(rate.period.duration.components.seconds))
    }

    /// What a client that was not admitted is told.
    package var explanation: String {
        let whose =
            switch bucket {
            case .address: "this address"
            case .key: "this key or user"
            case .tenant: "this tenant"
            }
        return "There were more than \(verdict.rate) requests of \(whose). Repeat the request later."
    }
}
