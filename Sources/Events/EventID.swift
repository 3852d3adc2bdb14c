// The id of an event: 48 bits of milliseconds, then 80 random bits, in Crockford's base32 behind `evt_` (a ULID by layout).
// Ids sort by time of receipt, so that history can be searched by id; nothing else may be read from one, and nothing that
// must not be guessed depends on it.

import Codec

package struct EventID: Hashable, Sendable {
    /// 48 bits of time, then the upper 16 of the 80 random bits.
    let high: UInt64
    let low: UInt64

    package var time: Timestamp? { Timestamp(milliseconds: Int64(high >> 16)) }

    package func append(to bytes: inout [UInt8]) {
        bytes.append(text: Self.prefix)
        // 26 characters of 5 bits hold 130 bits: the first one has only three of its own.
        var shift = 125
        while shift >= 0 {
            bytes.append(Self.alphabet[Int(truncatingIfNeeded: value(from: shift) & 31)])
            shift -= 5
        }
    }

    /// The 128 bits shifted right, of which the caller wants the lowest five.
    private func value(from shift: Int) -> UInt64 {
        // Swift's shifts by 64 and more give 0.
        shift >= 64 ? high >> (shift - 64) : low >> shift | high << (64 - shift)
    }

    static let prefix = "evt_"

    /// Without I, L, O and U, which people confuse; in ASCII order, so that text order is number order.
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
}

extension EventID: Comparable {
    package static func < (left: EventID, right: EventID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension EventID: CustomStringConvertible {
    package var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Makes the ids of one loop, each greater than the one before, even within a millisecond or when the clock steps back.
package struct EventIDGenerator: Sendable {
    private var last: EventID?

    package init() {}

    package mutating func next(at now: Timestamp, using random: inout some RandomNumberGenerator) -> EventID {
        let time = UInt64(now.milliseconds)
        let id: EventID
        if let last, time <= last.high >> 16 {
            // Counting on from random bits keeps ids of two loops apart. A carry may reach the time, a millisecond ahead.
            let (low, carry) = last.low.addingReportingOverflow(1)
            id = EventID(high: last.high &+ (carry ? 1 : 0), low: low)
        } else {
            // Drawn once a millisecond: the kernel's generator costs as much as the rest of an event's record.
            id = EventID(high: time << 16 | UInt64(random.next() as UInt16), low: random.next())
        }
        last = id
        return id
    }
}
