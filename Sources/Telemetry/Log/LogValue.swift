// The value of one field of a log line, and the types that may become one. The list is short on purpose: whatever is
// not on it needs a decision about how it looks, and `Masked` decides to look like nothing.

package enum LogValue: Sendable, Equatable {
    case text(String)
    case integer(Int64)
    case real(Double)
    case flag(Bool)
    /// Seconds in JSON, a short form with a unit on a terminal.
    case duration(Duration)
}

/// A type that may stand as a field's value: `logger.info("appended", ["partition": 3, "took": elapsed])`.
package protocol Loggable {
    var logValue: LogValue { get }
}

extension LogValue: Loggable {
    package var logValue: LogValue { self }
}

extension String: Loggable {
    package var logValue: LogValue { .text(self) }
}

extension Substring: Loggable {
    package var logValue: LogValue { .text(String(self)) }
}

extension Bool: Loggable {
    package var logValue: LogValue { .flag(self) }
}

extension Double: Loggable {
    package var logValue: LogValue { .real(self) }
}

extension Duration: Loggable {
    package var logValue: LogValue { .duration(self) }
}

extension Loggable where Self: FixedWidthInteger {
    /// A number that JSON readers could not hold in 64 signed bits is written as text.
    package var logValue: LogValue {
        if let value = Int64(exactly: self) { .integer(value) } else { .text(String(self)) }
    }
}

extension Int: Loggable {}
extension Int64: Loggable {}
extension Int32: Loggable {}
extension UInt64: Loggable {}
extension UInt32: Loggable {}
extension UInt16: Loggable {}

extension Loggable where Self: RawRepresentable, RawValue == String {
    package var logValue: LogValue { .text(rawValue) }
}
