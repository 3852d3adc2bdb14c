// A command on its way to Redis, its arguments already in the form in which they travel: `$5\r\nhello\r\n` each (RESP, bulk
// strings). Written here and not by hiredis, which would copy every record twice more; replies are hiredis' business.

import Codec

package struct RedisCommand {
    private var arguments: [UInt8] = []
    package private(set) var count = 0

    /// The name is one argument: `XADD`, `SCRIPT`.
    package init(_ name: String, _ arguments: String...) {
        append(name)
        for argument in arguments { append(argument) }
    }

    /// Makes room for what is about to be appended.
    package mutating func reserve(arguments: Int, bytes count: Int) {
        self.arguments.reserveCapacity(self.arguments.count + count + 16 * arguments)
    }

    package mutating func append(_ text: String) { append(text.utf8.span) }

    package mutating func append(_ value: Int64) { append(String(value)) }

    package mutating func append(_ argument: [UInt8]) { append(argument.span) }

    package mutating func append(_ argument: Span<UInt8>) {
        arguments.append(UInt8(ascii: "$"))
        arguments.append(decimal: argument.count)
        arguments.append(0x0D)
        arguments.append(0x0A)
        arguments.append(copying: argument)
        arguments.append(0x0D)
        arguments.append(0x0A)
        count += 1
    }

    /// Appends the command as it travels.
    package func encode(into output: inout [UInt8]) {
        output.append(UInt8(ascii: "*"))
        output.append(decimal: count)
        output.append(0x0D)
        output.append(0x0A)
        output.append(contentsOf: arguments)
    }
}
