// The socket calls Weir makes, on descriptors that are closed exactly once.

import CLinux
import Glibc

/// Owns a descriptor.
package struct Socket: ~Copyable {
    let descriptor: Int32

    init(adopting descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Gives up ownership: the caller closes it.
    consuming func release() -> Int32 {
        let descriptor = self.descriptor
        discard self
        return descriptor
    }

    private static func make(family: Int32) throws(StreamError) -> Socket {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw .system(call: "socket", code: errno) }
        return Socket(adopting: descriptor)
    }

    /// What the kernel holds of answers that a peer does not read. By itself it would grow that to megabytes for each connection
    /// of a client that asks and asks and never reads.
    private static let sendBufferBytes: Int32 = 64 << 10

    /// Binds and listens. With `sharesPort`, several loops listen at one address and the kernel spreads connections.
    package static func listen(at address: SocketAddress, sharesPort: Bool) throws(StreamError) -> Socket {
        let socket = try make(family: address.family)
        if case .ip = address {
            socket.set(SO_REUSEADDR, level: SOL_SOCKET)
            if sharesPort { socket.set(SO_REUSEPORT, level: SOL_SOCKET) }
            // Accepted sockets inherit it.
            socket.set(SO_SNDBUF, level: SOL_SOCKET, to: sendBufferBytes)
        }
        let bound = try unsafe address.withSockaddr { unsafe bind(socket.descriptor, $0, $1) }
        guard bound == 0 else { throw .system(call: "bind \(address)", code: errno) }
        let backlog: Int32 = 4096
        guard Glibc.listen(socket.descriptor, backlog) == 0 else { throw .system(call: "listen", code: errno) }
        return socket
    }

    /// Starts to connect; the socket becomes writable when the outcome is known (`ByteStream.checkConnected`).
    static func connect(to address: SocketAddress) throws(StreamError) -> Socket {
        let socket = try make(family: address.family)
        if case .ip = address { socket.set(TCP_NODELAY, level: Int32(IPPROTO_TCP)) }
        let code = try unsafe address.withSockaddr { unsafe Glibc.connect(socket.descriptor, $0, $1) }
        guard code == 0 || errno == EINPROGRESS else { throw .system(call: "connect to \(address)", code: errno) }
        return socket
    }

    package enum Accepted: ~Copyable {
        case connection(Socket, from: SocketAddress)
        case none
        /// EMFILE and the like: the listener should pause instead of spinning.
        case exhausted
    }

    package func accept() -> Accepted {
        while true {
            var storage = sockaddr_storage()
            var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe accept4(
                        descriptor, $0, &size, Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue))
                }
            }
            if accepted >= 0 {
                let socket = Socket(adopting: accepted)
                socket.set(TCP_NODELAY, level: Int32(IPPROTO_TCP))
                return .connection(socket, from: SocketAddress(storage))
            }
            switch errno {
            case EAGAIN: return .none
            // The connection died in the queue; the next one may be fine (accept(2), "Error handling").
            case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH, ENETUNREACH: continue
            default: return .exhausted
            }
        }
    }

    /// The port that the kernel chose for a listener at port 0.
    package var localAddress: SocketAddress {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &size)
            }
        }
        return SocketAddress(storage)
    }

    private func set(_ option: Int32, level: Int32, to value: Int32 = 1) {
        var value = value
        unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}

/// What a read or write that does not block came to.
package enum Transfer: Equatable {
    case bytes(Int)
    /// Try again when the socket is readable.
    case wantsRead
    /// Try again when the socket is writable.
    case wantsWrite
    /// The other side has finished sending.
    case end
}

/// Plain reads and writes; TLS has its own.
enum PlainTransport {
    static func read(_ descriptor: Int32, into bytes: UnsafeMutableRawBufferPointer) throws(StreamError) -> Transfer {
        let count = unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
        if count > 0 { return .bytes(count) }
        if count == 0 { return .end }
        switch errno {
        case EAGAIN, EINTR: return .wantsRead
        case ECONNRESET: throw .closedByPeer
        case let code: throw .system(call: "recv", code: code)
        }
    }

    static func write(_ descriptor: Int32, from bytes: UnsafeRawBufferPointer) throws(StreamError) -> Transfer {
        let count = unsafe send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        if count >= 0 { return .bytes(count) }
        switch errno {
        case EAGAIN, EINTR: return .wantsWrite
        case ECONNRESET, EPIPE: throw .closedByPeer
        case let code: throw .system(call: "send", code: code)
        }
    }
}
