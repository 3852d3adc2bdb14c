// A fixed map from names to values that is asked with bytes: field names of a record, event names of a vendor. A
// `Dictionary` would need a `String` or an array for every question, which on the way of an event is an allocation each.

package struct NameTable<Value: Sendable>: Sendable {
    private let index: NameIndex
    private let values: [Value]

    /// The first of two equal names wins; tables are constants, and their tests look for doubled names.
    package init(_ pairs: some Collection<(String, Value)>) {
        index = NameIndex(pairs.map { Array($0.0.utf8) })
        values = pairs.map { $0.1 }
    }

    /// Names as bytes, each with the value at its place.
    package init(names: [[UInt8]], values: [Value]) {
        index = NameIndex(names)
        self.values = values
    }

    package subscript(name: Span<UInt8>) -> Value? {
        guard let position = index.position(of: name) else { return nil }
        return values[position]
    }

    package subscript(name: String) -> Value? { self[name.utf8.span] }
}

/// Where a name stands in a list of names. Not generic, so that other modules run the same optimised code.
private struct NameIndex: Sendable {
    private struct Slot {
        /// 0 in a free slot.
        var hash: UInt64 = 0
        var position = 0
    }

    /// The names end to end: a name costs no reference of its own.
    private var bytes: [UInt8] = []
    private var starts: [Int] = [0]
    /// Open addressing, at most half full, a power of two long.
    private var slots: [Slot]

    init(_ names: [[UInt8]]) {
        for name in names {
            bytes += name
            starts.append(bytes.count)
        }
        var capacity = 8
        while capacity < names.count * 2 { capacity *= 2 }
        slots = Array(repeating: Slot(), count: capacity)
        for (position, name) in names.enumerated() where self.position(of: name.span) == nil {
            let hash = Self.hash(name.span)
            var index = Int(truncatingIfNeeded: hash) & (capacity - 1)
            while slots[index].hash != 0 { index = (index + 1) & (capacity - 1) }
            slots[index] = Slot(hash: hash, position: position)
        }
    }

    func position(of name: Span<UInt8>) -> Int? {
        let hash = Self.hash(name)
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index].hash != 0 {
            let slot = slots[index]
            if slot.hash == hash {
                let found = starts[slot.position]..<starts[slot.position + 1]
                if name.isEqual(to: bytes.span.extracting(found)) { return slot.position }
            }
            index = (index + 1) & mask
        }
        return nil
    }

    /// FNV-1a. The names in a table are ours, so a stranger cannot lengthen a chain by choosing names.
    private static func hash(_ name: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in name.indices { hash = (hash ^ UInt64(name[index])) &* 0x100_0000_01b3 }
        // The lower bits choose the slot; the highest tells a hash from that of a free one.
        return (hash ^ (hash >> 32)) | 1 << 63
    }
}
