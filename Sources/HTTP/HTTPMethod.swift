// The method of a request. Names are case-sensitive (RFC 9110 section 9.1), so `get` is another method than `GET`.

package enum HTTPMethod: UInt8, CaseIterable, Hashable, Sendable {
    case get, head, post, put, patch, delete, options, connect, trace
    /// A well-formed name that is none of these; no route answers it.
    case other

    /// The longest registered name has 17 bytes. RFC 9112 section 3 has servers answer 501 to one longer than any they know.
    static let nameBytesMax = 32

    /// The name on the wire; `other` has none.
    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .patch: "PATCH"
        case .delete: "DELETE"
        case .options: "OPTIONS"
        case .connect: "CONNECT"
        case .trace: "TRACE"
        case .other: ""
        }
    }

    init(_ range: Range<Int>, of bytes: Span<UInt8>) {
        let candidate: HTTPMethod
        // Length and first letter leave at most one candidate, so one comparison decides.
        switch (range.count, Unicode.Scalar(bytes[range.lowerBound])) {
        case (3, "G"): candidate = .get
        case (3, "P"): candidate = .put
        case (4, "P"): candidate = .post
        case (4, "H"): candidate = .head
        case (5, "P"): candidate = .patch
        case (5, "T"): candidate = .trace
        case (6, "D"): candidate = .delete
        case (7, "O"): candidate = .options
        case (7, "C"): candidate = .connect
        default: candidate = .other
        }
        self = bytes.equals(candidate.name, at: range) ? candidate : .other
    }
}
