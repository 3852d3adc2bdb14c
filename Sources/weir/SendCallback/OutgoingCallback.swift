// One callback as it goes over the wire, and what its answer must be.

import HTTP

struct OutgoingCallback: Sendable {
    var method = HTTPMethod.post
    /// Joined to the query of the URL.
    var query: String?
    var fields = FieldBlock()
    var body: [UInt8] = []
    /// What the answer's body must be; nil when any will do.
    var expectedAnswer: [UInt8]?
}

/// What the callbacks of one run say; each is a message of its own.
struct CallbackContent: Sendable {
    var kind: CallbackKind
    var text: String
    /// nil: a sender that fits the source.
    var from: String?
}

/// Makes callbacks as one kind of sender does.
protocol CallbackMaker: Sendable {
    /// - seconds: the time, since 1970.
    /// - number: 1 for the first callback of a run.
    func callback(number: Int, at seconds: Int64) throws(CommandError) -> OutgoingCallback
}
