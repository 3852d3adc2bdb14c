// Ports as the configuration lists them: `443`, or `1024-65535`.

package struct PortRange: Hashable, Sendable, CustomStringConvertible {
    package let first: UInt16
    package let last: UInt16

    package init(_ ports: ClosedRange<UInt16>) {
        first = ports.lowerBound
        last = ports.upperBound
    }

    /// Nil for anything but one port or two in order, from 1.
    package init?(_ text: String) {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { end in
            end.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt16(end) : nil
        }
        guard let first = ends[0], let last = ends[ends.count - 1], 1 <= first, first <= last else { return nil }
        self.init(first...last)
    }

    package func contains(_ port: UInt16) -> Bool { (first...last).contains(port) }

    package var description: String { first == last ? "\(first)" : "\(first)-\(last)" }
}
