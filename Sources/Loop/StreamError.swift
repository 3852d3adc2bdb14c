// What can go wrong with a socket, a TLS session or a look-up, as values that callers can tell apart.

package enum StreamError: Error, Equatable, CustomStringConvertible {
    case timedOut
    /// The other side ended the connection where more was expected.
    case closedByPeer
    /// Our side closed it while somebody waited: shutdown.
    case cancelled
    /// A system call failed.
    case system(call: String, code: Int32)
    case tls(String)
    case lookup(host: String, reason: String)

    package var description: String {
        switch self {
        case .timedOut: "timed out"
        case .closedByPeer: "closed by the other side"
        case .cancelled: "cancelled"
        case .system(let call, let code): "\(call): \(errorText(code))"
        case .tls(let reason): "TLS: \(reason)"
        case .lookup(let host, let reason): "cannot resolve \(host): \(reason)"
        }
    }
}
