// What the stand-in for Redis answers: RESP2.

import Redis

extension RedisValue {
    func append(to bytes: inout Bytes) {
        switch self {
        case .null: bytes += "$-1\r\n".utf8
        case .integer(let number): bytes += ":\(number)\r\n".utf8
        case .status(let text): bytes += "+\(text)\r\n".utf8
        case .error(let text): bytes += "-\(text)\r\n".utf8
        case .bytes(let value):
            bytes += "$\(value.count)\r\n".utf8
            bytes += value
            bytes += "\r\n".utf8
        case .array(let values):
            bytes += "*\(values.count)\r\n".utf8
            for value in values { value.append(to: &bytes) }
        }
    }

    static func text(_ text: String) -> RedisValue { .bytes(Array(text.utf8)) }
}
