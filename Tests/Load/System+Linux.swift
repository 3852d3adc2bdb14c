// Clocks, sockets, epoll: the system calls of the driver.

import CLinux
import Glibc

/// Nanoseconds of the monotonic clock.
func monotonicNow() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Nanoseconds that this thread has had a processor: what a computation costs, however busy the machine is.
func computingTime() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// What malloc has given out and not got back, in bytes.
func allocatedBytes() -> Int {
    let info = mallinfo2()
    return Int(clamping: info.uordblks) + Int(clamping: info.hblkhd)
}

func wallSeconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec)
}

/// CPU time of all threads of a process, those that have ended included, in nanoseconds.
func processorTime(of process: Int32) throws(LoadFault) -> Int64 {
    var clock = clockid_t()
    var time = timespec()
    guard unsafe clock_getcpuclockid(process, &clock) == 0, unsafe clock_gettime(clock, &time) == 0 else {
        throw LoadFault("process \(process) is gone: its CPU time cannot be read")
    }
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// The CPU time that processes have used since `init`.
struct ProcessorWatch {
    private let starts: [(name: String, process: Int32, time: Int64)]

    init(_ watched: [(name: String, process: Int32)]) throws(LoadFault) {
        var starts: [(name: String, process: Int32, time: Int64)] = []
        for (name, process) in watched { starts.append((name, process, try processorTime(of: process))) }
        self.starts = starts
    }

    /// In microseconds.
    func elapsed() throws(LoadFault) -> [(name: String, microseconds: Double)] {
        var elapsed: [(name: String, microseconds: Double)] = []
        for start in starts {
            elapsed.append((start.name, Double(try processorTime(of: start.process) - start.time) / 1000))
        }
        return elapsed
    }
}

func raiseDescriptorLimit() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

/// One line to standard output, at once.
func emit(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count) }
}

/// Blocks until standard input has a line or ends.
func untilTold() { _ = readLine() }

/// Sockets of the loopback interface. Descriptors belong to who asked for them.
enum Loopback {
    private static func address(_ host: UInt32, _ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return address
    }

    private static func withAddress(
        _ host: UInt32, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var value = address(host, port)
        return unsafe withUnsafePointer(to: &value) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32) {
        var one: Int32 = 1
        unsafe setsockopt(descriptor, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    /// `source`: of many connections in one second, each address of 127.0.0.0/8 has ports of its own.
    static func connect(to port: UInt16, from source: UInt32) throws(LoadFault) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { throw LoadFault("socket: errno \(errno)") }
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
        let bindAddressNoPort: Int32 = 24  // IP_BIND_ADDRESS_NO_PORT: the port is chosen when the destination is known
        set(descriptor, Int32(IPPROTO_IP), bindAddressNoPort)
        var code = unsafe withAddress(source, 0) { unsafe bind(descriptor, $0, $1) }
        guard code == 0 else { throw LoadFault("bind to 127.x address: errno \(errno)") }
        code = unsafe withAddress(0x7F00_0001, port) { unsafe Glibc.connect(descriptor, $0, $1) }
        guard code == 0 || errno == EINPROGRESS else { throw LoadFault("connect to port \(port): errno \(errno)") }
        return descriptor
    }

    static func listen(at port: UInt16) throws(LoadFault) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        set(descriptor, SOL_SOCKET, SO_REUSEADDR)
        let code = unsafe withAddress(0x7F00_0001, port) { unsafe bind(descriptor, $0, $1) }
        guard descriptor >= 0, code == 0, Glibc.listen(descriptor, 1024) == 0 else {
            throw LoadFault("cannot listen at port \(port): errno \(errno)")
        }
        return descriptor
    }

    static func connect(toUnix path: String) throws(LoadFault) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < 108 else { throw LoadFault("\(path): too long for a socket") }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else { throw LoadFault("connect to \(path): errno \(errno)") }
        return descriptor
    }

    /// How many of the bytes the socket took at once.
    static func write(_ bytes: [UInt8], from offset: Int, to descriptor: Int32) throws(LoadFault) -> Int {
        let count = unsafe bytes.withUnsafeBytes { bytes in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset...])
            return unsafe send(descriptor, rest.baseAddress, rest.count, transferFlags)
        }
        guard count >= 0 || errno == EAGAIN else { throw LoadFault("send: errno \(errno)") }
        return max(0, count)
    }

    /// How many bytes there were.
    static func read(_ descriptor: Int32, into buffer: inout [UInt8]) throws(LoadFault) -> Int {
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe recv(descriptor, $0.baseAddress, $0.count, transferFlags)
        }
        guard count > 0 || (count < 0 && errno == EAGAIN) else { throw LoadFault("the connection to Redis has ended") }
        return max(0, count)
    }

    private static let transferFlags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)

    /// Nil when nobody waits.
    static func accept(_ listener: Int32) -> Int32? {
        let descriptor = accept4(
            listener, nil, nil, Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue))
        guard descriptor >= 0 else { return nil }
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY)
        return descriptor
    }
}

/// Level-triggered: after a read that brought a whole response nothing more need be asked of the socket.
@safe
final class Poller {
    private let epoll: Int32
    private let events: UnsafeMutableBufferPointer<epoll_event>
    private static let capacity = 512

    init() throws(LoadFault) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        unsafe events = .allocate(capacity: Self.capacity)
        guard epoll >= 0 else { throw LoadFault("epoll_create1: errno \(errno)") }
    }

    deinit {
        close(epoll)
        unsafe events.deallocate()
    }

    func add(_ descriptor: Int32, token: Int, writable: Bool) { control(EPOLL_CTL_ADD, descriptor, token, writable) }
    func change(_ descriptor: Int32, token: Int, writable: Bool) { control(EPOLL_CTL_MOD, descriptor, token, writable) }

    private func control(_ operation: Int32, _ descriptor: Int32, _ token: Int, _ writable: Bool) {
        var event = unsafe epoll_event()
        unsafe event.events = writable ? EPOLLOUT.rawValue : EPOLLIN.rawValue
        unsafe event.data.u64 = UInt64(token)
        _ = unsafe epoll_ctl(epoll, operation, descriptor, &event)
    }

    /// Waits until something happens or `nanoseconds` have passed, then gives the token of each event.
    func wait(_ nanoseconds: Int64, report: (Int) throws -> Void) rethrows {
        var timeout = timespec(
            tv_sec: Int(max(0, nanoseconds) / 1_000_000_000), tv_nsec: Int(max(0, nanoseconds) % 1_000_000_000))
        let count = unsafe epoll_pwait2(epoll, events.baseAddress, Int32(Self.capacity), &timeout, nil)
        guard count > 0 else { return }
        for index in 0..<Int(count) { try report(Int(unsafe events[index].data.u64)) }
    }
}
