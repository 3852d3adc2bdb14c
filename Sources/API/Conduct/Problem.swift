// Why a request is not answered as it wishes: what handlers throw.

package import HTTP
import Limits
package import Records

package struct Problem: Error, Equatable, Sendable {
    package let code: ProblemCode
    /// What is wrong with this request and what to do, for a person.
    package let detail: String
    package var errors: [MemberFault]
    /// In seconds.
    package var retryAfter: Int?

    package init(_ code: ProblemCode, _ detail: String, errors: [MemberFault] = [], retryAfter: Int? = nil) {
        self.code = code
        self.detail = detail
        self.errors = errors
        self.retryAfter = retryAfter
    }

    package static let notFound = Problem(.notFound, "There is no such resource.")
}

extension Problem {
    /// Of a request beyond its limits.
    init(_ verdict: RequestVerdict) {
        self.init(.rateLimited, verdict.explanation, retryAfter: verdict.verdict.retryAfterSeconds)
    }

    /// Of a lookup or a change of records.
    package init(_ fault: StoreFault) {
        switch fault {
        case .notFound: self = .notFound
        case .versionMismatch:
            self.init(
                .changedMeanwhile, "Somebody changed it at the same time. Read it again, then repeat the request.")
        case .nameTaken(let field):
            let taken = MemberFault(field: field, code: "taken", detail: "Another object has this \(field).")
            self.init(.nameTaken, taken.detail, errors: [taken])
        case .unavailable(let error):
            self.init(.unavailable, "The store is not reachable now (\(error)). Repeat the request.", retryAfter: 1)
        case .unreadable: self.init(.internalError, "\(fault)")
        }
    }
}
