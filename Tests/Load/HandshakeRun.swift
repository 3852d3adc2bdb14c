// `handshakes`: connect, shake hands, wait for the server's ticket (so that it has done its part as well), close. With
// `--resume 1` each connection resumes the session that the ticket of the one before it brought.

import Codec

final class HandshakeRun {
    private let arguments: Arguments
    private let port: UInt16
    private let count: Int
    private let resumes: Bool
    private let startingMax: Int64
    private let context: TLSContext
    private let poller: Poller
    private var wires: [Wire?]
    private var tickets: [TLSTicket?]
    private var hasShaken: [Bool]
    private var started = 0
    private var finished = 0
    private var resumed = 0
    private var broken = 0
    private var buffer = [UInt8](repeating: 0, count: 4096)

    /// For handshakes under way when no more are begun.
    private static let patience: Int64 = 10_000_000_000
    /// Each connection leaves its port busy for a minute; these many addresses have ports enough.
    private static let addressCount = 16

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        port = try arguments.port("port")
        count = try arguments.number("count")
        startingMax = Int64(try arguments.number("milliseconds", orElse: 30_000)) * 1_000_000
        resumes = arguments.has("resume")
        context = try TLSContext()
        poller = try Poller()
        let connections = try arguments.number("connections")
        wires = Array(repeating: nil, count: connections)
        tickets = Array(repeating: nil, count: connections)
        hasShaken = Array(repeating: false, count: connections)
    }

    func report() throws -> Report {
        // Each slot gets its first ticket before the clock starts.
        if resumes { try run(wires.count) }
        started = 0
        finished = 0
        resumed = 0
        let watch = try ProcessorWatch(arguments.watched)
        let began = monotonicNow()
        try run(count)
        let seconds = Double(monotonicNow() - began) / 1e9
        var problems: [String] = []
        if broken > 0 { problems.append("\(broken) handshakes broke off") }
        if finished + broken < started {
            problems.append("\(started - finished - broken) handshakes did not end in time")
        }
        if resumes, resumed < finished { problems.append("\(finished - resumed) of \(finished) were not resumed") }
        if !resumes, resumed > 0 { problems.append("\(resumed) were resumed, none should be") }
        var figures: [JSONValue.Member] = [
            .init("handshakes", .count(finished)), .init("rps", .rounded(Double(finished) / seconds)),
        ]
        for process in try watch.elapsed() {
            figures.append(.init("\(process.name)_cpu_us", .rounded(process.microseconds / Double(max(1, finished)))))
        }
        return Report(.object(figures), problems: problems)
    }

    private func run(_ count: Int) throws {
        let began = monotonicNow()
        for slot in wires.indices where started < count { try begin(slot) }
        while finished + broken < started, monotonicNow() - began < startingMax + Self.patience {
            try poller.wait(1_000_000_000) { slot in
                guard try advance(slot) else { return }
                wires[slot] = nil
                if started < count, monotonicNow() - began < startingMax { try begin(slot) }
            }
        }
    }

    private func begin(_ slot: Int) throws(LoadFault) {
        let source = 0x7F00_0001 + UInt32(started % Self.addressCount)
        started += 1
        hasShaken[slot] = false
        let wire = try Wire(
            context, client: try Loopback.connect(to: port, from: source), resuming: resumes ? tickets[slot] : nil)
        wires[slot] = wire
        poller.add(wire.descriptor, token: slot, writable: true)
    }

    /// True when the connection has done what it is for, or has ended.
    private func advance(_ slot: Int) throws(LoadFault) -> Bool {
        guard let wire = wires[slot] else { return false }
        if !hasShaken[slot] {
            switch wire.handshake() {
            case .done: hasShaken[slot] = true
            case .wantsRead:
                poller.change(wire.descriptor, token: slot, writable: false)
                return false
            case .wantsWrite: return false
            case .ended:
                broken += 1
                return true
            }
            poller.change(wire.descriptor, token: slot, writable: false)
            if wire.isResumed { resumed += 1 }
            // The ticket may have come together with the end of the handshake.
            guard wire.hasPending else { return false }
        }
        switch wire.read(into: &buffer, at: 0) {
        case .wantsRead, .wantsWrite, .done:
            if resumes { tickets[slot] = wire.ticket() }
            finished += 1
        case .ended: broken += 1
        }
        return true
    }
}
