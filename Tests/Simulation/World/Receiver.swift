// A tenant's endpoint, as a service on the simulated network: it keeps what arrives, and answers as its behaviour says.

import Loop

enum Behaviour: Equatable {
    case answers(status: Int, after: Duration, retryAfter: Int?)
    /// Takes requests and never answers.
    case silent
    case refuses
    case drops
    /// Answers what is no HTTP.
    case babbles
    /// Ends in the middle of its answer.
    case breaksOff(after: Int)

    static let healthy = Behaviour.answers(status: 200, after: .milliseconds(5), retryAfter: nil)
}

final class Receiver: Service {
    let id: String
    let tenant: String
    let address: SocketAddress
    var behaviour = Behaviour.healthy
    /// A canary's hand: an answer waits until this instant at least.
    var notBefore: () -> Instant? = { nil }
    private let world: World
    private let closesAfterAnswer: Bool
    private let onRequest: (_ head: String, _ body: Bytes, _ status: Int?) -> Void

    init(
        id: String, tenant: String, address: SocketAddress, closesAfterAnswer: Bool, world: World,
        onRequest: @escaping (_ head: String, _ body: Bytes, _ status: Int?) -> Void
    ) {
        self.id = id
        self.tenant = tenant
        self.address = address
        self.closesAfterAnswer = closesAfterAnswer
        self.world = world
        self.onRequest = onRequest
    }

    var admission: Admission {
        switch behaviour {
        case .refuses: .refuses
        case .drops: .drops
        default: .accepts
        }
    }

    func accept(_ line: Line) -> any ServiceEnd { End(self, line) }

    fileprivate func answer(_ head: String, _ body: Bytes, on line: Line) {
        let success = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
        switch behaviour {
        case .answers(let status, let pause, let retryAfter):
            onRequest(head, body, status)
            let wait = retryAfter.map { "retry-after: \($0)\r\n" } ?? ""
            let closing = closesAfterAnswer ? "connection: close\r\n" : ""
            let text = "HTTP/1.1 \(status) Word\r\n\(wait)\(closing)content-length: 0\r\n\r\n"
            world.at(max(world.now + pause, notBefore() ?? world.now)) {
                line.answer(Array(text.utf8))
                if self.closesAfterAnswer { line.finish() }
            }
        case .silent: onRequest(head, body, nil)
        case .babbles:
            onRequest(head, body, nil)
            line.answer(Array("220 mail.example.com ESMTP\r\n\r\n".utf8))
        // It has taken the request, as far as anyone can tell.
        case .breaksOff(let count):
            onRequest(head, body, 200)
            line.answer(Array(success.utf8.prefix(count)))
            line.finish()
        // Connections from before.
        case .refuses, .drops: line.reset()
        }
    }

    private final class End: ServiceEnd {
        private let receiver: Receiver
        private let line: Line
        private var bytes: Bytes = []

        init(_ receiver: Receiver, _ line: Line) {
            self.receiver = receiver
            self.line = line
        }

        func receive(_ more: Bytes) {
            bytes += more
            while let end = Self.headEnd(bytes) {
                let head = bytes[..<end].text.lowercased()
                let length = head.field("content-length").flatMap { Int($0) } ?? 0
                guard bytes.count >= end + 4 + length else { return }
                let body = Array(bytes[(end + 4)..<(end + 4 + length)])
                bytes.removeFirst(end + 4 + length)
                receiver.answer(head, body, on: line)
            }
        }

        func ended() {}

        private static func headEnd(_ bytes: Bytes) -> Int? {
            guard bytes.count > 3 else { return nil }
            return (0...(bytes.count - 4)).first {
                bytes[$0] == 13 && bytes[$0 + 1] == 10 && bytes[$0 + 2] == 13 && bytes[$0 + 3] == 10
            }
        }
    }
}

extension String {
    /// The value of a field of a head in lower case.
    func field(_ name: String) -> Substring? {
        for line in split(separator: "\r\n") where line.hasPrefix(name + ": ") { return line.dropFirst(name.count + 2) }
        return nil
    }
}

extension ArraySlice<UInt8> {
    var text: String { String(decoding: self, as: UTF8.self) }
}
