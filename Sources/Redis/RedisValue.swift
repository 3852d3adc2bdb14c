// A reply of Redis (RESP2), as plain values.

package enum RedisValue: Equatable, Sendable {
    case null
    case integer(Int64)
    case bytes([UInt8])
    case status(String)
    case array([RedisValue])
    case error(String)

    package var integer: Int64? {
        if case .integer(let value) = self { return value }
        return nil
    }

    /// The bytes of a bulk reply.
    package var bytes: [UInt8]? {
        if case .bytes(let value) = self { return value }
        return nil
    }

    package var array: [RedisValue]? {
        if case .array(let values) = self { return values }
        return nil
    }

    /// A bulk or status reply as text; invalid UTF-8 is replaced.
    package var text: String? {
        switch self {
        case .bytes(let value): String(decoding: value, as: UTF8.self)
        case .status(let value): value
        default: nil
        }
    }
}

package enum RedisError: Error, Equatable, CustomStringConvertible {
    /// Not connected; nothing was sent.
    case unavailable(String)
    /// The connection was lost, or no reply came in time: whether the command ran is unknown.
    case interrupted(String)
    /// Redis refused the command. `code` is the first word (`FENCED`, `OOM`, `NOSCRIPT`, …).
    case refused(code: String, message: String)
    /// The server could lose what it confirms; the text names the settings that would keep it from that.
    case notDurable(String)
    /// The reply does not have the shape that the command promises.
    case unexpectedReply(to: String)

    package var description: String {
        switch self {
        case .unavailable(let reason): "Redis is not reachable: \(reason)"
        case .interrupted(let reason): "the connection to Redis broke off: \(reason)"
        case .refused(_, let message): "Redis refused: \(message)"
        case .notDurable(let settings): "this Redis could lose what it confirms; set \(settings)"
        case .unexpectedReply(let command): "Redis answered \(command) in an unexpected form"
        }
    }

    init(reply message: String) {
        self = .refused(code: String(message.prefix { $0 != " " }), message: message)
    }

    package var isFenced: Bool {
        if case .refused("FENCED", _) = self { return true }
        return false
    }
}
