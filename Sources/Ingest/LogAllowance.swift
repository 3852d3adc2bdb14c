// How many lines a stranger may cause: a flood of refusals must not fill the disk, nor keep the loop busy writing.

import Loop

/// So many lines a second; the rest are counted, and the count is told with the next line that goes through.
struct LogAllowance {
    private let perSecond: Int
    private var second = Instant(nanoseconds: .min)
    private var used = 0
    private var withheld = 0

    init(perSecond: Int) { self.perSecond = perSecond }

    /// How many lines were withheld since the last one, if this one may be written; else nil.
    mutating func admit(at now: Instant) -> Int? {
        if now >= second + .seconds(1) {
            second = now
            used = 0
        }
        guard used < perSecond else {
            withheld += 1
            return nil
        }
        used += 1
        defer { withheld = 0 }
        return withheld
    }
}
