// What a simulation has in place of the kernel's sockets: bytes in memory, moved by the network that made the connection. A loop
// without a `network`, which is every loop of production, connects through the kernel.

package protocol SimulatedNetwork: AnyObject {
    /// Begins to connect. The network says `opened` or `failed`, or never anything, like a peer that drops packets.
    func connect(_ socket: SimulatedSocket, to address: SocketAddress)
}

/// The loop's end of one connection. Belongs to its loop; the network calls it on the same thread.
package final class SimulatedSocket {
    /// What the loop's side did.
    package enum Event {
        case wrote([UInt8])
        case finishedWriting
        case closed
    }

    /// Where the network hears of it.
    package var onEvent: (Event) -> Void = { _ in }
    let watch = Watch(descriptor: -1, generation: 0)
    private var arrived: [UInt8] = []
    private var hasEnded = false
    private var fault: StreamError?

    init() {
        watch.isReadable = false
        watch.isWritable = false
    }

    package func opened() { watch.becameWritable() }

    package func failed(_ error: StreamError) {
        fault = error
        watch.becameReadable()
        watch.becameWritable()
    }

    package func receive(_ bytes: some Sequence<UInt8>) {
        arrived.append(contentsOf: bytes)
        watch.becameReadable()
    }

    /// The peer has finished writing.
    package func receiveEnd() {
        hasEnded = true
        watch.becameReadable()
    }

    func checkConnected() throws(StreamError) {
        if let fault { throw fault }
    }

    /// As in TCP, what had arrived before a fault can still be read.
    func read(into buffer: inout [UInt8], at offset: Int) throws(StreamError) -> Transfer {
        if arrived.isEmpty {
            if let fault { throw fault }
            return hasEnded ? .end : .wantsRead
        }
        let count = min(arrived.count, buffer.count - offset)
        buffer.replaceSubrange(offset..<offset + count, with: arrived[..<count])
        arrived.removeFirst(count)
        return .bytes(count)
    }

    func write(_ bytes: [UInt8], from offset: Int) throws(StreamError) -> Transfer {
        if let fault { throw fault }
        onEvent(.wrote(Array(bytes[offset...])))
        return .bytes(bytes.count - offset)
    }
}
