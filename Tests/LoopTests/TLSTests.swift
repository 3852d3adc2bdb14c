// TLS over real sockets: our server with `openssl s_client` as an independent peer, and our client with our server.

import FoundationEssentials
import TestSupport
import Testing

@testable import Loop

@Suite struct TLSTests {
    /// Made once: each certificate is two runs of openssl.
    private static let authority = Result { try Authority() }
    private static let server = Result { try authority.get().certificate("server", for: "localhost", "127.0.0.1") }
    private static let other = Result { try authority.get().certificate("other", for: "other.example") }
    private static let wildcard = Result { try authority.get().certificate("wildcard", for: "*.wild.example") }

    // MARK: Versions and protocols

    @Test("TLS 1.2 and 1.3 are spoken", arguments: ["-tls1_2", "-tls1_3"])
    func versions(option: String) async throws {
        let server = try TLSServer(Self.server.get())
        try await onRealLoop { loop in
            let said = try await Greeter(on: loop, server).meet(option)
            #expect(said.contains("hello from weir"))
            #expect(said.contains(/Protocol *: TLSv1\.[23]|New, TLSv1\.3/))
        }
    }

    @Test("TLS 1.1 is refused with an alert")
    func oldVersion() async throws {
        let server = try TLSServer(Self.server.get())
        try await onRealLoop { loop in
            let said = try await Greeter(on: loop, server).meet("-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
            #expect(said.contains("alert protocol version"))
            #expect(!said.contains("hello from weir"))
        }
    }

    @Test("a client that insists on HTTP/2 is refused, one that offers HTTP/1.1 as well gets that")
    func protocols() async throws {
        let server = try TLSServer(Self.server.get())
        try await onRealLoop { loop in
            let greeter = try Greeter(on: loop, server)
            let refused = try await greeter.meet("-alpn", "h2")
            #expect(refused.contains("no application protocol"))
            #expect(!refused.contains("hello from weir"))
            #expect(try await greeter.meet("-alpn", "h2,http/1.1").contains("ALPN protocol: http/1.1"))
        }
    }

    // MARK: Certificates

    @Test(
        "the name a client asks for chooses the certificate; an unknown one and none get the first",
        arguments: [
            ("other.example", "other.example"), ("OTHER.Example", "other.example"),
            ("a.wild.example", "*.wild.example"), ("a.b.wild.example", "localhost"), ("wild.example", "localhost"),
            ("nowhere.example", "localhost"), (nil, "localhost"),
        ])
    func names(asked: String?, shown: String) async throws {
        let server = try TLSServer(Self.server.get(), [Self.other.get(), Self.wildcard.get()])
        try await onRealLoop { loop in
            let name = asked.map { ["-servername", $0] } ?? ["-noservername"]
            let said = try await Greeter(on: loop, server).meet(name)
            #expect(said.contains("subject=CN = \(shown)\n"))
            #expect(said.contains("hello from weir"))
        }
    }

    @Test("a certificate that cannot be used is named in the error")
    func badFiles() throws {
        let folder = try TemporaryFolder()
        let good = try Self.server.get()
        let other = try Self.other.get()
        func message(_ chain: String, _ key: String) throws -> String {
            try Data(contentsOf: URL(filePath: chain)).write(to: URL(filePath: "\(folder.path)/a.pem"))
            try Data(contentsOf: URL(filePath: key)).write(to: URL(filePath: "\(folder.path)/a.key"))
            do throws(StreamError) {
                _ = try TLSServer(CertificateFiles(stem: "\(folder.path)/a"))
                return "accepted"
            } catch {
                return "\(error)"
            }
        }
        let nonsense = try folder.write("nonsense", as: "nonsense")
        let locked = folder.path + "/locked"
        try Command.run("openssl", ["pkey", "-in", good.key, "-aes256", "-passout", "pass:x", "-out", locked])
        #expect(try message(good.chain, good.key) == "accepted")
        #expect(try message(good.chain, other.key).contains("\(folder.path)/a.key holds no usable private key"))
        #expect(try message(nonsense, good.key).contains("\(folder.path)/a.pem holds no usable certificate"))
        #expect(try message(good.chain, nonsense).contains("\(folder.path)/a.key holds no usable private key"))
        // Under a passphrase: refused at once, instead of asking at the terminal.
        #expect(try message(good.chain, locked).contains("\(folder.path)/a.key holds no usable private key"))
        #expect(throws: StreamError.system(call: "cannot read the certificate file \(folder.path)/b.pem", code: 2)) {
            _ = try TLSServer(CertificateFiles(stem: "\(folder.path)/b"))
        }
    }

    // MARK: Sessions and reload

    @Test("a session is resumed, also by the server of the next generation", arguments: ["-tls1_2", "-tls1_3"])
    func resumption(option: String) async throws {
        let folder = try TemporaryFolder()
        let session = folder.path + "/session"
        let server = try TLSServer(Self.server.get())
        let next = try TLSServer(Self.server.get(), [Self.other.get()], resuming: server)
        let stranger = try TLSServer(Self.server.get())
        try await onRealLoop { loop in
            let greeter = try Greeter(on: loop, server)
            #expect(try await greeter.meet(option, "-sess_out", session).contains("New, TLSv1"))
            #expect(try await greeter.meet(option, "-sess_in", session).contains("Reused, TLSv1"))
            greeter.tls = next
            #expect(try await greeter.meet(option, "-sess_in", session).contains("Reused, TLSv1"))
            // Proof that the keys make the difference.
            greeter.tls = stranger
            #expect(try await greeter.meet(option, "-sess_in", session).contains("New, TLSv1"))
        }
    }

    @Test("a connection outlives the server whose certificate it began with")
    func reload() async throws {
        let client = try TLSClient(additionalTrust: Self.authority.get().trust)
        let files = try (Self.server.get(), Self.other.get())
        try await onRealLoop { loop in
            let greeter = try Greeter(on: loop, TLSServer(files.1, [files.0]))
            let stream = try await ByteStream.connect(
                on: loop, to: greeter.address, tls: (client, "localhost"), by: loop.now + .seconds(10))
            weak let old = greeter.tls
            greeter.tls = try TLSServer(files.0, resuming: greeter.tls)
            try await stream.write(Array("over".utf8))
            var buffer = loop.takeBuffer()
            #expect(try await stream.read(into: &buffer, at: 0) > 0)
            stream.close()
            // With its last connection the old generation goes: certificates are not leaked by reloads.
            #expect(await eventually(on: loop) { old == nil })
        }
    }

    // MARK: Our client

    @Test("the client accepts the certificate of a trusted authority for the name or the address it asked for")
    func verified() async throws {
        try await onRealLoop { loop in
            for name in ["localhost", "127.0.0.1"] {
                let error = try await Self.outcome(of: name, trusting: Self.authority.get(), on: loop)
                #expect(error == nil)
            }
        }
    }

    @Test(
        "the client refuses a certificate for another name or address, and takes no name for no name",
        arguments: ["elsewhere.example", "127.0.0.2", "host", ""])
    func wrongName(name: String) async throws {
        try await onRealLoop { loop in
            let error = try await Self.outcome(of: name, trusting: Self.authority.get(), on: loop)
            guard case .tls(let reason) = error else {
                Issue.record("accepted, or the wrong error: \(String(describing: error))")
                return
            }
            #expect(reason.contains(name.isEmpty ? "cannot verify" : "mismatch"))
        }
    }

    @Test("the client refuses a certificate of an authority it does not know")
    func unknownAuthority() async throws {
        let stranger = try Authority()
        _ = try stranger.certificate("server", for: "localhost")
        try await onRealLoop { loop in
            let error = try await Self.outcome(of: "localhost", trusting: stranger, on: loop)
            guard case .tls(let reason) = error else {
                Issue.record("accepted, or the wrong error: \(String(describing: error))")
                return
            }
            #expect(reason.contains("certificate not accepted"))
        }
    }

    @Test("a session is gone on with where it is offered, and by a server that does not know it made anew")
    func resumption() async throws {
        let client = try TLSClient(additionalTrust: Self.authority.get().trust)
        let files = try Self.server.get()
        try await onRealLoop { loop in
            let greeter = try Greeter(on: loop, TLSServer(files))
            func meet(resuming resumption: TLSResumption?) async throws -> (isResumed: Bool, TLSResumption?) {
                let stream = try await ByteStream.connect(
                    on: loop, to: greeter.address, tls: (client, "localhost"), resuming: resumption,
                    by: loop.now + .seconds(10))
                defer { stream.close() }
                try await stream.write(Array("over".utf8))
                var buffer = loop.takeBuffer()
                #expect(try await stream.read(into: &buffer, at: 0) > 0)
                return (stream.isResumed, stream.resumption)
            }
            let first = try await meet(resuming: nil)
            #expect(!first.isResumed)
            let second = try await meet(resuming: try #require(first.1))
            #expect(second.isResumed)
            // Another server's tickets have other keys.
            greeter.tls = try TLSServer(files)
            let third = try await meet(resuming: try #require(second.1))
            #expect(!third.isResumed)
            #expect(try await meet(resuming: try #require(third.1)).isResumed)
        }
    }

    @Test("a peer that is no TLS server ends the handshake with an error, a silent one with a time-out")
    func noServer() async throws {
        let client = try TLSClient(additionalTrust: nil)
        try await onRealLoop { loop in
            let listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
            loop.spawn {
                while let incoming = await listener.accept(onExhausted: { false }) {
                    guard let stream = try? incoming.stream(on: loop) else { continue }
                    try? await stream.write(Array("220 smtp.example ready\r\n".utf8))
                    stream.close()
                }
            }
            await #expect(throws: StreamError.self) {
                try await ByteStream.connect(
                    on: loop, to: listener.address, tls: (client, "localhost"), by: loop.now + .seconds(10))
            }
            listener.close()
            let silent = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
            await #expect(throws: StreamError.timedOut) {
                try await ByteStream.connect(
                    on: loop, to: silent.address, tls: (client, "localhost"), by: loop.now + .milliseconds(20))
            }
        }
    }

    /// How a handshake for `name` with a server of this suite's authority ends.
    private static func outcome(
        of name: String, trusting authority: Authority, on loop: EventLoop
    ) async throws -> StreamError? {
        let greeter = try Greeter(on: loop, TLSServer(server.get()))
        let client = try TLSClient(additionalTrust: authority.trust)
        do throws(StreamError) {
            try await ByteStream.connect(
                on: loop, to: greeter.address, tls: (client, name), by: loop.now + .seconds(10)
            ).close()
            return nil
        } catch {
            return error
        }
    }
}

/// A TLS server that greets each connection, waits for a word, and closes. Belongs to one loop.
private final class Greeter {
    var tls: TLSServer
    private let loop: EventLoop
    private let listener: Listener

    var address: SocketAddress { listener.address }

    init(on loop: EventLoop, _ tls: TLSServer) throws {
        self.tls = tls
        self.loop = loop
        listener = try Listener(on: loop, at: SocketAddress("127.0.0.1:0")!)
        let listener = listener
        loop.spawn { [weak self] in
            while let incoming = await listener.accept(onExhausted: { false }), let tls = self?.tls {
                loop.spawn {
                    guard let stream = try? incoming.stream(on: loop, tls: tls) else { return }
                    stream.deadline = loop.now + .seconds(10)
                    var buffer = loop.takeBuffer()
                    do {
                        try await stream.handshake()
                        try await stream.write(Array("hello from weir\n".utf8))
                        _ = try await stream.read(into: &buffer, at: 0)
                    } catch {}
                    stream.close()
                }
            }
        }
    }

    deinit { listener.close() }

    /// What `openssl s_client` says of a connection.
    func meet(_ options: String...) async throws -> String { try await meet(options) }

    func meet(_ options: [String]) async throws -> String {
        let client = "printf 'x\\n' | openssl s_client -ign_eof -connect 127.0.0.1:\(address.port ?? 0) \"$@\""
        return try await Command.output(of: "bash", ["-c", client, "s_client"] + options, on: loop)
    }
}
