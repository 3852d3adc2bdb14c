// Streams over real sockets: echo, ends, deadlines, refusals.

import TestSupport
import Testing

@testable import Loop

@Suite struct ByteStreamTests {
    @Test("a megabyte goes over a connection and back unharmed")
    func echo() async throws {
        try await onRealLoop { loop in
            let listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
            loop.spawn {
                guard let incoming = await listener.accept(onExhausted: { false }),
                    let stream = try? incoming.stream(on: loop)
                else { return }
                var buffer = loop.takeBuffer()
                while let count = try? await stream.read(into: &buffer, at: 0), count > 0 {
                    try? await stream.write(Array(buffer[..<count]))
                }
            }
            let stream = try await ByteStream.connect(on: loop, to: listener.address, by: loop.now + .seconds(120))
            let sent = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            loop.spawn { try? await stream.write(sent) }
            var received: [UInt8] = []
            var buffer = loop.takeBuffer()
            while received.count < sent.count {
                let count = try await stream.read(into: &buffer, at: 0)
                try #require(count > 0)
                received += buffer[..<count]
            }
            #expect(received == sent)
        }
    }

    @Test("a read past its deadline times out, and the stream can be used again")
    func deadline() async throws {
        try await onRealLoop { loop in
            let listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
            let client = try await ByteStream.connect(on: loop, to: listener.address, by: loop.now + .seconds(10))
            let incoming = try #require(await listener.accept(onExhausted: { false }))
            let server = try incoming.stream(on: loop)
            client.deadline = loop.now + .milliseconds(5)
            var buffer = loop.takeBuffer()
            await #expect(throws: StreamError.timedOut) { try await client.read(into: &buffer, at: 0) }
            client.deadline = .never
            try await server.write([42])
            #expect(try await client.read(into: &buffer, at: 0) == 1)
            #expect(buffer[0] == 42)
        }
    }

    @Test("a deadline that passed while nobody waited ends the next wait at once")
    func missedDeadline() async throws {
        try await onRealLoop { loop in
            let listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
            let client = try await ByteStream.connect(on: loop, to: listener.address, by: loop.now + .seconds(10))
            client.deadline = loop.now + .milliseconds(1)
            await loop.sleep(until: loop.now + .milliseconds(2))
            var buffer = loop.takeBuffer()
            await #expect(throws: StreamError.timedOut) { try await client.read(into: &buffer, at: 0) }
        }
    }

    @Test("a listener that is closed refuses connections instead of leaving them in a queue")
    func closedListener() async throws {
        try await onRealLoop { loop in
            let listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
            listener.close()
            #expect(await listener.accept(onExhausted: { false }) == nil)
            await #expect(throws: StreamError.self) {
                try await ByteStream.connect(on: loop, to: listener.address, by: loop.now + .seconds(10))
            }
        }
    }

    @Test("the look-up of a name ends at the caller's deadline")
    func slowLookup() async throws {
        try await onRealLoop { loop in
            await #expect(throws: StreamError.timedOut) {
                try await Resolver(loop: loop).addresses(of: "localhost", by: loop.now)
            }
            let addresses = try await Resolver(loop: loop).addresses(of: "localhost")
            #expect(addresses.allSatisfy { $0.isLoopback })
        }
    }

    @Test("closing a stream ends the wait of its reader")
    func closeWakesReader() async throws {
        try await onRealLoop { loop in
            let listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
            let client = try await ByteStream.connect(on: loop, to: listener.address, by: loop.now + .seconds(10))
            loop.spawn { client.close() }
            var buffer = loop.takeBuffer()
            await #expect(throws: StreamError.cancelled) { try await client.read(into: &buffer, at: 0) }
        }
    }

    @Test("connecting to a port where nobody listens says so")
    func refused() async throws {
        try await onRealLoop { loop in
            let listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
            let address = listener.address
            let unused = SocketAddress.ip(address.ip!, port: 1)
            await #expect(throws: StreamError.self) {
                _ = try await ByteStream.connect(on: loop, to: unused, by: loop.now + .seconds(10))
            }
        }
    }

    @Test(
        "addresses are read and written in their usual forms",
        arguments: ["127.0.0.1:80", "[::1]:8443", "0.0.0.0:0", "[2001:db8::1]:443", "unix:/run/redis.sock"])
    func addressRoundTrip(text: String) {
        #expect(SocketAddress(text)?.description == text)
    }

    @Test(
        "what is not an address is refused",
        arguments: ["", "80", "localhost:80", "::1:80", "127.0.0.1:65536", "1.2.3:4"])
    func badAddress(text: String) {
        #expect(SocketAddress(text) == nil)
    }
}
