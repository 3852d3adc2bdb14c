// A command on its way to Redis: its arguments, end to end in one buffer.

import Codec

package struct RedisCommand {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [Int] = []

    /// The name is one argument: `XADD`, `SCRIPT`.
    package init(_ name: String, _ arguments: String...) {
        append(name)
        for argument in arguments { append(argument) }
    }

    /// Makes room for what is about to be appended.
    package mutating func reserve(arguments: Int, bytes count: Int) {
        ends.reserveCapacity(ends.count + arguments)
        bytes.reserveCapacity(bytes.count + count)
    }

    package var name: String { String(decoding: bytes.prefix(ends.first ?? 0), as: UTF8.self) }

    package mutating func append(_ text: String) {
        bytes.append(text: text)
        ends.append(bytes.count)
    }

    package mutating func append(_ value: Int64) { append(String(value)) }

    package mutating func append(_ argument: [UInt8]) {
        bytes.append(contentsOf: argument)
        ends.append(bytes.count)
    }
}
