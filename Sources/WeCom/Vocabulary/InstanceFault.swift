// Why the body of an instance provider's callback is refused. Unlike WeCom's callbacks these are not encrypted, so a body
// that is no callback at all is more likely a stranger's or a misconfigured one, and is answered with an error.

package import Codec

package enum InstanceFault: Error, Equatable, Sendable {
    /// It is not JSON.
    case malformed(CodecError)
    /// It is JSON, but no object.
    case notAnObject
    /// One callback carries more notices than a provider's batch ever has.
    case tooManyItems(limit: Int)
    /// One notice has more values than any notice has.
    case tooManyValues
}

extension InstanceFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let error): "the body \(error)"
        case .notAnObject: "the body is not a JSON object with guid, notify_type and data"
        case .tooManyItems(let limit): "the body has more than \(limit) items in data; send them in several callbacks"
        case .tooManyValues: "an item of data has more than \(InnerDocument.Builder.leavesMax) values"
        }
    }
}

extension InstanceFault {
    init(_ fault: InnerDocument.Fault) {
        switch fault {
        case .malformed(let error): self = .malformed(error)
        case .tooManyValues: self = .tooManyValues
        }
    }
}
