// epoll and eventfd, and the other system calls the loop itself makes: clock, thread, running a job.

import CLinux
import Glibc

/// An epoll instance and the eventfd that wakes it from another thread. Closed with its loop.
@safe
final class Poller: @unchecked Sendable {
    enum Timeout {
        case none
        case forever
        case until(Duration)
    }

    /// A turn's length: with more, what a turn gathered for Redis would leave later than Redis could begin on it.
    private static let eventsPerWait = 32

    private let epoll: Int32
    private let wakeDescriptor: Int32
    private let wakeToken = UInt64.max
    private let events: UnsafeMutableBufferPointer<epoll_event>

    init() throws(StreamError) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw .system(call: "epoll_create1", code: errno) }
        wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        unsafe events = .allocate(capacity: Self.eventsPerWait)
        guard wakeDescriptor >= 0 else { throw .system(call: "eventfd", code: errno) }
        try add(wakeDescriptor, token: wakeToken)
    }

    deinit {
        close(wakeDescriptor)
        close(epoll)
        unsafe events.deallocate()
    }

    /// Registers for both directions, edge-triggered, once for the life of the descriptor.
    func add(_ descriptor: Int32, token: UInt64) throws(StreamError) {
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
        unsafe event.data.u64 = token
        guard unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw .system(call: "epoll_ctl", code: errno)
        }
    }

    /// Waits, then reports each event; returns how many there were. A wake-up from another thread ends the wait.
    func wait(_ timeout: Timeout, report: (_ token: UInt64, _ readiness: Readiness) -> Void) -> Int {
        let milliseconds: Int32
        switch timeout {
        case .none: milliseconds = 0
        case .forever: milliseconds = -1
        // Rounded up: a wait that ends before its timer is due would spin.
        case .until(let duration): milliseconds = Int32(clamping: max(0, (duration.nanoseconds + 999_999) / 1_000_000))
        }
        let count = unsafe epoll_wait(epoll, events.baseAddress, Int32(events.count), milliseconds)
        guard count > 0 else { return 0 }
        let endings = EPOLLHUP.rawValue | EPOLLERR.rawValue | EPOLLRDHUP.rawValue
        for index in 0..<Int(count) {
            let event = unsafe events[index]
            let token = unsafe event.data.u64
            if token == wakeToken {
                var value: UInt64 = 0
                _ = unsafe read(wakeDescriptor, &value, 8)
                continue
            }
            let flags = unsafe event.events
            report(
                token,
                Readiness(
                    isReadable: flags & (EPOLLIN.rawValue | endings) != 0,
                    isWritable: flags & (EPOLLOUT.rawValue | endings) != 0, hasEnded: flags & endings != 0))
        }
        return Int(count)
    }

    /// Ends the current or the next wait. From any thread.
    func wake() {
        var one: UInt64 = 1
        _ = unsafe write(wakeDescriptor, &one, 8)
    }
}

func readMonotonicClock() -> Instant {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
}

func readSystemClock() -> ClockReading {
    var wall = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &wall)
    return ClockReading(
        monotonic: readMonotonicClock(),
        wallMilliseconds: Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000)
}

extension EventLoop {
    @inline(__always)
    func runJob(_ job: UnownedJob) {
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
