// What TLS adds to the server's waiting: bytes that came are not yet bytes to read.

import TestSupport
import Testing

@testable import HTTP
@testable import Loop

@Suite struct SecureServerTests {
    @Test(
        "half a TLS record is waited for like an idle connection: the loop neither spins nor holds a request's time-out"
    )
    func halfRecord() async throws {
        let authority = try Authority()
        let server = try TLSServer(authority.certificate("server", for: "localhost"))
        let client = try TLSClient(additionalTrust: authority.trust)
        let timeouts = ServerTimeouts(head: .seconds(20), body: .seconds(20), idle: .milliseconds(50))
        try await ServerFixture.run(timeouts: timeouts, tls: server) { fixture in
            let loop = fixture.loop
            let stream = try await ByteStream.connect(
                on: loop, to: fixture.server.address, tls: (client, "localhost"), by: loop.now + .seconds(20))
            let wire = Wire(stream)
            try await wire.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await wire.read(through: "GET /a ").hasPrefix("HTTP/1.1 200"))
            // The header of a record of 32 bytes, and one byte of it, past OpenSSL.
            let half: [UInt8] = [0x17, 0x03, 0x03, 0x00, 0x20, 0x00]
            _ = try unsafe half.span.withUnsafeBytes { (bytes) throws(StreamError) in
                try unsafe PlainTransport.write(stream.watch.descriptor, from: bytes)
            }
            #expect(await eventually(on: loop) { fixture.closedCount == 1 })
            #expect(fixture.timedOutPhases.isEmpty)
        }
    }

    @Test("a connection over TLS is kept, and a connection to a plain client is not answered")
    func requests() async throws {
        let authority = try Authority()
        let server = try TLSServer(authority.certificate("server", for: "localhost"))
        let client = try TLSClient(additionalTrust: authority.trust)
        try await ServerFixture.run(tls: server) { fixture in
            let loop = fixture.loop
            let http = HTTPClient(loop: loop, resolver: Resolver(loop: loop), policy: ClientPolicy(tls: client))
            let port = try #require(try fixture.server.address.port)
            let origin = Origin(host: "127.0.0.1", port: port, isSecure: true)
            let request = Array("GET /a HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
            // The certificate is for localhost, so an address gets nowhere.
            await #expect {
                try await http.send(request, method: .get, to: origin, by: loop.now + .seconds(20))
            } throws: { error in
                if case .tls? = error as? ClientError { true } else { false }
            }
            let named = Origin(host: "localhost", port: port, isSecure: true)
            for _ in 0..<3 {
                let response = try await http.send(request, method: .get, to: named, by: loop.now + .seconds(20))
                #expect(response.status == .ok)
            }
            http.closeIdle()
            let plain = try await fixture.wire()
            try await plain.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await plain.readToEnd().contains("HTTP/1.1") == false)
            let accepted = fixture.events.count { if case .accepted = $0 { true } else { false } }
            #expect(accepted == 3)
        }
    }
}
