// A time zone as the system's database has it (TZif, RFC 9636): how far its clocks are from UTC at an instant. Quotas of a day
// begin at the tenant's midnight.

package struct ZoneInfo: Hashable, Sendable {
    /// Seconds since 1970 from which an offset holds, in rising order.
    private let transitions: [Int64]
    /// For each transition.
    private let offsets: [Int32]
    /// Before the first transition.
    private let first: Int32
    /// After the last one.
    private let rule: ZoneRule?

    package static let utc = ZoneInfo(fixed: 0)

    /// A zone whose clocks never change.
    package init(fixed seconds: Int32) {
        transitions = []
        offsets = []
        first = seconds
        rule = nil
    }

    /// Reads a file of the database; nil if it is not whole, or so old that it has only the data of version 1, which end in 2037.
    package init?(tzif bytes: Span<UInt8>) {
        do throws(ZoneFileReader.Broken) {
            try self.init(reading: bytes)
        } catch {
            return nil
        }
    }

    private init(reading bytes: Span<UInt8>) throws(ZoneFileReader.Broken) {
        var reader = ZoneFileReader(bytes)
        let old = try reader.header()
        guard old.version >= UInt8(ascii: "2") else { throw ZoneFileReader.Broken() }
        try reader.skip(old.byteCount(timeSize: 4))
        let header = try reader.header()
        var transitions: [Int64] = []
        var types: [Int] = []
        var typeOffsets: [Int32] = []
        for _ in 0..<header.transitionCount {
            let time = try reader.integer(Int64.self)
            if let last = transitions.last, time <= last { throw ZoneFileReader.Broken() }
            transitions.append(time)
        }
        for _ in 0..<header.transitionCount { types.append(Int(try reader.integer(UInt8.self))) }
        for _ in 0..<header.typeCount {
            let offset = try reader.integer(Int32.self)
            // All real ones lie within (RFC 9636 section 3.2).
            guard (-26 * 3600 + 1..<26 * 3600).contains(Int(offset)) else { throw ZoneFileReader.Broken() }
            typeOffsets.append(offset)
            try reader.skip(2)
        }
        guard let first = typeOffsets.first, types.allSatisfy(typeOffsets.indices.contains) else {
            throw ZoneFileReader.Broken()
        }
        try reader.skip(header.byteCountBehindTypes(timeSize: 8))
        let footer = try reader.footer()
        rule = footer.isEmpty ? nil : ZoneRule(footer.span)
        guard footer.isEmpty == (rule == nil) else { throw ZoneFileReader.Broken() }
        self.transitions = transitions
        offsets = types.map { typeOffsets[$0] }
        self.first = first
    }

    /// Seconds that local clocks are ahead of UTC.
    package func offset(at seconds: Int64) -> Int {
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        if low == transitions.count, let rule { return rule.offset(at: seconds) }
        return Int(low == 0 ? first : offsets[low - 1])
    }

    /// The local day, counted from 1 January 1970.
    package func day(at seconds: Int64) -> Int64 {
        (seconds + Int64(offset(at: seconds))).flooring(by: 86_400)
    }

    /// When the local date next becomes another than that of `seconds`.
    package func endOfDay(after seconds: Int64) -> Int64 {
        let today = day(at: seconds)
        // No clock was ever put back by more than a day, so the date has changed by then; it changes once in between but for
        // a clock put back over midnight, where the first change is as good.
        var low = seconds
        var high = seconds + 2 * 86_400
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if day(at: middle) == today { low = middle } else { high = middle }
        }
        return high
    }
}

extension Int64 {
    /// Division that rounds down, below zero as well.
    func flooring(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

/// The blocks of a TZif file.
private struct ZoneFileReader: ~Escapable {
    struct Broken: Error {}

    struct Header {
        let version: UInt8
        let utcCount: Int
        let standardCount: Int
        let leapCount: Int
        let transitionCount: Int
        let typeCount: Int
        let nameByteCount: Int

        func byteCount(timeSize: Int) -> Int {
            transitionCount * (timeSize + 1) + typeCount * 6 + byteCountBehindTypes(timeSize: timeSize)
        }

        func byteCountBehindTypes(timeSize: Int) -> Int {
            nameByteCount + leapCount * (timeSize + 4) + standardCount + utcCount
        }
    }

    private let bytes: Span<UInt8>
    private(set) var position = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    /// The largest file of the database has some 4 KB.
    private static let countMax = 10_000

    @_lifetime(self: copy self)
    mutating func header() throws(Broken) -> Header {
        for expected in "TZif".utf8 {
            guard try integer(UInt8.self) == expected else { throw Broken() }
        }
        let version = try integer(UInt8.self)
        try skip(15)
        var counts: [Int] = []
        for _ in 0..<6 {
            let count = Int(try integer(UInt32.self))
            guard count <= Self.countMax else { throw Broken() }
            counts.append(count)
        }
        return Header(
            version: version, utcCount: counts[0], standardCount: counts[1], leapCount: counts[2],
            transitionCount: counts[3], typeCount: counts[4], nameByteCount: counts[5])
    }

    @_lifetime(self: copy self)
    mutating func integer<Value: FixedWidthInteger>(_: Value.Type) throws(Broken) -> Value {
        let size = Value.bitWidth / 8
        guard bytes.count - position >= size else { throw Broken() }
        var value: Value = 0
        for index in position..<position + size {
            value = value << 8 | Value(truncatingIfNeeded: bytes[index])
        }
        position += size
        return value
    }

    @_lifetime(self: copy self)
    mutating func skip(_ count: Int) throws(Broken) {
        guard bytes.count - position >= count else { throw Broken() }
        position += count
    }

    /// The text between the two line feeds at the end.
    @_lifetime(self: copy self)
    mutating func footer() throws(Broken) -> [UInt8] {
        guard try integer(UInt8.self) == UInt8(ascii: "\n") else { throw Broken() }
        var text: [UInt8] = []
        while true {
            let byte = try integer(UInt8.self)
            if byte == UInt8(ascii: "\n") { return text }
            text.append(byte)
        }
    }
}
