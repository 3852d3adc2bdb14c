// A value that must not reach a log, a diagnostic or a crash report: tokens, keys, webhook secrets. It prints as a
// mask whichever way it is printed; code that needs the value says `revealed`, which is easy to search for.

package struct Masked<Value: Sendable>: Sendable {
    package let revealed: Value

    package init(_ value: Value) { revealed = value }
}

/// Outside the generic type, which may hold no static stored properties.
private let mask = "••••••"

extension Masked: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { mask }
    package var debugDescription: String { mask }

    /// Without it `dump` and the printing of an enclosing struct would walk into the value.
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension Masked: Loggable {
    package var logValue: LogValue { .text(mask) }
}

/// For asking whether a reload changed anything. Not for checking what a stranger sent: that needs constant time.
extension Masked: Equatable where Value: Equatable {}
extension Masked: Hashable where Value: Hashable {}
