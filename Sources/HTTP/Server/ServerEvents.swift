// What a server tells its owner, who counts and logs it. HTTP knows neither metrics nor logs.

package import Loop

package enum ServerEvent {
    case accepted
    case closed
    case refused(RefusedConnection)
    /// So many connections were closed, to make room for new ones, because their peers kept this side waiting longest.
    case shed(Int)
    /// Descriptors are used up; told once a second at most, however many connections that costs.
    case outOfDescriptors
    case handshakeFailed(StreamError)
    case malformed(HTTPFault)
    /// A time-out before the request was whole.
    case timedOut(ServerPhase)
    case answered(status: HTTPStatus, after: Duration)
}

package enum RefusedConnection {
    /// The address has its fill.
    case tooManyOfAddress
    /// And no other connection kept this side waiting long enough to be closed for it.
    case outOfDescriptors
    /// The bodies that are on their way in take all the memory they may.
    case outOfBodyMemory
}

package enum ServerPhase: String {
    case handshake
    case head
    case body
    case write
}
