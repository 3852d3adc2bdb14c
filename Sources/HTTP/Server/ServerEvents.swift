// What a server tells its owner, who counts and logs it. HTTP knows neither metrics nor logs.

package import Loop

package enum ServerEvent {
    case accepted
    case closed
    /// The address has too many connections already, or the process is out of descriptors.
    case refused(RefusedConnection)
    case handshakeFailed(StreamError)
    case malformed(HTTPFault)
    /// A time-out before the request was whole.
    case timedOut(ServerPhase)
    case answered(status: HTTPStatus, after: Duration)
}

package enum RefusedConnection {
    case tooManyOfAddress
    case outOfDescriptors(code: Int32)
}

package enum ServerPhase: String {
    case handshake
    case head
    case body
    case write
}
