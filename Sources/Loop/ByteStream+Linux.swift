// Where a stream's bytes meet the kernel or OpenSSL.

import CLinux
import Glibc

extension ByteStream {
    /// - Returns: also whether the read is known to have emptied the socket, so that another would bring nothing (epoll(7),
    ///   question 9: on a stream a short read tells).
    func readNow(
        into buffer: inout [UInt8], at offset: Int
    ) throws(StreamError) -> (outcome: Transfer, isDrained: Bool) {
        precondition(offset < buffer.count, "reading into a full buffer")
        if let simulated { return (try simulated.read(into: &buffer, at: offset), false) }
        var room = buffer.mutableSpan
        return try unsafe room.withUnsafeMutableBytes { (bytes) throws(StreamError) -> (Transfer, Bool) in
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
            if let tls { return unsafe (try tls.read(into: room), tls.hasDrainedSocket) }
            let outcome = try unsafe PlainTransport.read(watch.descriptor, into: room)
            if case .bytes(let count) = outcome { return (outcome, count < room.count) }
            return (outcome, false)
        }
    }

    func writeNow(_ bytes: [UInt8], from offset: Int) throws(StreamError) -> Transfer {
        if let simulated { return try simulated.write(bytes, from: offset) }
        return try unsafe bytes.span.withUnsafeBytes { (bytes) throws(StreamError) -> Transfer in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset...])
            if let tls { return try unsafe tls.write(rest) }
            return try unsafe PlainTransport.write(watch.descriptor, from: rest)
        }
    }

    func checkConnected() throws(StreamError) {
        if let simulated { return try simulated.checkConnected() }
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(watch.descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        guard code == 0 else { throw .system(call: "connect to \(peer)", code: code) }
    }

    func shutDownWriting() {
        if let simulated { return simulated.onEvent(.finishedWriting) }
        _ = shutdown(watch.descriptor, Int32(SHUT_WR))
    }

    func closeDescriptor() {
        if let simulated { return simulated.onEvent(.closed) }
        _ = Glibc.close(watch.descriptor)
    }
}
