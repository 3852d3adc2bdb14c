// The loop's timers: a binary heap by due time, equal times in the order they were set. Cancelling only marks the entry. Nearly
// every time-out is cancelled long before it is due, so the heap is swept whenever most of it is marked: it stays within a
// constant of the timers that are really set.

package final class LoopTimer {
    let due: Instant
    let order: UInt64
    fileprivate(set) var action: (() -> Void)?
    private let tally: CancelledTimers

    fileprivate init(due: Instant, order: UInt64, tally: CancelledTimers, action: @escaping () -> Void) {
        self.due = due
        self.order = order
        self.tally = tally
        self.action = action
    }

    /// The action will not run any more. Harmless after it has run.
    package func cancel() {
        guard action != nil else { return }
        action = nil
        tally.count += 1
    }

    func isBefore(_ other: LoopTimer) -> Bool {
        due == other.due ? order < other.order : due < other.due
    }
}

/// How many entries of a heap are marked: shared by the heap and its timers.
private final class CancelledTimers {
    var count = 0
}

struct TimerHeap {
    private var entries: [LoopTimer] = []
    private var scheduled: UInt64 = 0
    private let tally = CancelledTimers()

    /// Below this many marked entries a sweep is not worth its while.
    private static let sweepMin = 64

    /// Entries, those included that were cancelled and not swept yet.
    var count: Int { entries.count }

    mutating func schedule(at due: Instant, _ action: @escaping () -> Void) -> LoopTimer {
        sweepIfMostlyCancelled()
        let timer = LoopTimer(due: due, order: scheduled, tally: tally, action: action)
        scheduled += 1
        entries.append(timer)
        siftUp(entries.count - 1)
        return timer
    }

    /// When the next timer that was not cancelled is due.
    mutating func nextDue() -> Instant? {
        while let first = entries.first, first.action == nil {
            removeFirst()
            tally.count -= 1
        }
        return entries.first?.due
    }

    /// The action of the earliest timer due at or before `now`, taken out of the heap.
    mutating func popDue(at now: Instant) -> (() -> Void)? {
        guard let due = nextDue(), due <= now else { return nil }
        let first = removeFirst()
        defer { first.action = nil }
        return first.action
    }

    private mutating func sweepIfMostlyCancelled() {
        guard tally.count >= Self.sweepMin, tally.count > entries.count / 2 else { return }
        entries.removeAll { $0.action == nil }
        tally.count = 0
        for parent in stride(from: entries.count / 2 - 1, through: 0, by: -1) { siftDown(parent) }
    }

    @discardableResult
    private mutating func removeFirst() -> LoopTimer {
        entries.swapAt(0, entries.count - 1)
        let first = entries.removeLast()
        if !entries.isEmpty { siftDown(0) }
        return first
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].isBefore(entries[parent]) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].isBefore(entries[least]) { least = child }
            }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
