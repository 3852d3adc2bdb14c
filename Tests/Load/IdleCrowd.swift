// `idle`: opens connections, has one request answered on each, says so, and holds them until standard input ends, so that the
// server's memory can be read meanwhile.

import Codec

final class IdleCrowd {
    private let port: UInt16
    private let connections: Int
    private let poller: Poller
    private let crowd: Crowd
    private let request: [UInt8]
    private var answered = 0
    private var ended = 0
    private var buffer = [UInt8](repeating: 0, count: 16 * 1024)

    private static let patience: Int64 = 30_000_000_000
    private static let underWayMax = 64

    init(_ arguments: Arguments) throws {
        port = try arguments.port("port")
        connections = try arguments.number("connections")
        poller = try Poller()
        crowd = Crowd(poller)
        request = Array("GET /idle HTTP/1.1\r\nhost: 127.0.0.1:\(port)\r\n\r\n".utf8)
    }

    func report() throws -> Report {
        try crowd.open(connections, to: port, try TLSContext())
        let deadline = monotonicNow() + Self.patience
        var asked = 0
        while answered + ended < connections, monotonicNow() < deadline {
            while asked < connections, asked - answered - ended < Self.underWayMax {
                if !crowd.peers[asked].write(request, polledBy: poller, token: asked) { ended += 1 }
                asked += 1
            }
            poller.wait(100_000_000) { token in
                switch crowd.peers[token].read(by: &buffer) {
                case .message: answered += 1
                case .part, .nothing: break
                case .ended:
                    ended += 1
                    crowd.peers[token].wire.close()
                }
            }
        }
        var problems: [String] = []
        if answered < connections { problems.append("only \(answered) of \(connections) connections got an answer") }
        let report = Report(["open": .count(answered), "tls": .string(crowd.agreed)], problems: problems)
        emit(report.line)
        untilTold()
        return report
    }
}
