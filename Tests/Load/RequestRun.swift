// `requests`: callbacks to a server. Without `--rate` each connection sends its next request when it has an answer; with it,
// requests are due at fixed instants whatever the server does, and wait for a free connection if there is none. With
// `--receiver` the run goes on until each event has come to the webhook, which is played here as well.

import Codec

final class RequestRun {
    private let arguments: Arguments
    private let port: UInt16
    private let count: Int
    /// Nanoseconds between two requests; nil: as fast as they are answered.
    private let interval: Int64?
    /// No request is sent after these nanoseconds.
    private let sendingMax: Int64
    /// The first requests count in the ledger, but not in the latencies: connections are made while they run.
    private let warmUp: Int
    private let requests: [[UInt8]]
    private let poller: Poller
    private let crowd: Crowd
    private let receiver: Receiver?

    private var ledger: Ledger
    private var answerTimes: Latencies
    private var arrivalTimes: Latencies
    private var dueTimes: [Int64]
    private var next = 0
    private var isSending = true
    private var free: [Int] = []
    private var buffer = [UInt8](repeating: 0, count: 32 * 1024)

    /// For answers and deliveries after the last request was sent.
    private static let patience: Int64 = 15_000_000_000

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        port = try arguments.port("port")
        count = try arguments.number("count")
        let rate = try arguments.number("rate", orElse: 0)
        interval = rate > 0 ? 1_000_000_000 / Int64(rate) : nil
        sendingMax = Int64(try arguments.number("milliseconds", orElse: 600_000)) * 1_000_000
        warmUp = try arguments.number("warm-up", orElse: 0)
        var maker = try CallbackMaker(
            token: try arguments.text("token"), key: try arguments.text("key"),
            receiveID: try arguments.text("receive-id"), port: port)
        var requests: [[UInt8]] = []
        requests.reserveCapacity(count)
        for number in 0..<count { requests.append(try maker.request(number)) }
        self.requests = requests
        poller = try Poller()
        crowd = Crowd(poller)
        receiver =
            arguments.has("receiver")
            ? try Receiver(
                at: try arguments.port("receiver"), certificate: try arguments.text("certificate"), poller) : nil
        ledger = Ledger(count: count, expectsArrivals: receiver != nil)
        answerTimes = Latencies(reserving: count)
        arrivalTimes = Latencies(reserving: receiver == nil ? 0 : count)
        dueTimes = Array(repeating: 0, count: count)
    }

    func report() throws -> Report {
        let connections = try arguments.number("connections")
        try crowd.open(connections, to: port, try TLSContext())
        receiver?.start(tokensFrom: connections)
        let watch = try ProcessorWatch(arguments.watched)
        let driver = try ProcessorWatch([("driver", 0)])
        let started = monotonicNow()
        free = Array(0..<connections)
        let lastEvent = try run(from: started)
        let spent = try watch.elapsed() + driver.elapsed()
        for (number, peer) in crowd.peers.enumerated() where peer.request != nil { end(number) }
        return summary(connections, seconds: Double(lastEvent - started) / 1e9, spent)
    }

    /// Returns when the last event of the run happened.
    private func run(from started: Int64) throws -> Int64 {
        var deadline = Int64.max
        var last = started
        var now = started
        while now < deadline, isSending || !ledger.isSettled {
            if isSending { sendDue(now, started) }
            if isSending, next == count || now - started > sendingMax {
                isSending = false
                deadline = now + Self.patience
            }
            let untilDue = interval.flatMap { isSending && !free.isEmpty ? started + Int64(next) * $0 - now : nil }
            try poller.wait(min(untilDue ?? 1_000_000_000, 1_000_000_000)) { token in
                if token < crowd.peers.count {
                    handle(token)
                } else {
                    try receiver?.handle(token - crowd.peers.count, arrived: arrive)
                }
                last = monotonicNow()
            }
            now = monotonicNow()
        }
        return last
    }

    private func sendDue(_ now: Int64, _ started: Int64) {
        while next < count, !free.isEmpty {
            let due = interval.map { started + Int64(next) * $0 } ?? now
            guard due <= now else { return }
            send(on: free.removeLast(), due: due)
        }
    }

    private func send(on token: Int, due: Int64) {
        let peer = crowd.peers[token]
        peer.request = next
        peer.due = due
        dueTimes[next] = due
        ledger.send(next)
        next += 1
        if !peer.write(requests[next - 1], polledBy: poller, token: token) { end(token) }
    }

    private func handle(_ token: Int) {
        let peer = crowd.peers[token]
        guard peer.isOpen else { return }
        if peer.isWriting {
            guard peer.writeOn(polledBy: poller, token: token) else { return end(token) }
            if !peer.isWriting { poller.change(peer.wire.descriptor, token: token, writable: false) }
            return
        }
        while true {
            switch peer.read(by: &buffer) {
            case .nothing: return
            case .part: continue
            case .ended: return end(token)
            case .message(let status):
                answered(token, peer, status)
                guard peer.isOpen, peer.wire.hasPending else { return }
            }
        }
    }

    private func answered(_ token: Int, _ peer: Peer, _ status: Int) {
        guard let request = peer.request else { return ledger.contradict("an answer that nobody asked for") }
        let now = monotonicNow()
        peer.request = nil
        ledger.answer(request, status: status)
        if request >= warmUp { answerTimes.add(now - peer.due) }
        if interval == nil, isSending, next < count { send(on: token, due: now) } else { free.append(token) }
    }

    /// The connection has ended, with what was under way on it.
    private func end(_ token: Int) {
        let peer = crowd.peers[token]
        peer.isOpen = false
        peer.wire.close()
        if let request = peer.request { ledger.cutOff(request) }
        peer.request = nil
        free.removeAll { $0 == token }
    }

    private func arrive(_ event: Span<UInt8>) {
        guard let number = CallbackMaker.number(in: event), number < count else {
            return ledger.contradict("a delivery that is none of this run's events")
        }
        if ledger.arrive(number), number >= warmUp { arrivalTimes.add(monotonicNow() - dueTimes[number]) }
    }

    private func summary(
        _ connections: Int, seconds: Double, _ spent: [(name: String, microseconds: Double)]
    ) -> Report {
        let balance = ledger.balance
        var problems = ledger.problems
        if balance.delivered < balance.sent {
            problems.append("\(balance.sent - balance.delivered) of \(balance.sent) requests came to nothing")
        }
        if interval != nil, balance.sent < count {
            problems.append("only \(balance.sent) of \(count) requests were sent: the rate was not kept")
        }
        let answers = answerTimes.percentiles([0.5, 0.99])
        var figures: [JSONValue.Member] = [
            .init("connections", .count(connections)), .init("seconds", .rounded(seconds)),
            .init("rps", .rounded(Double(ledger.accepted) / seconds)),
            .init("p50_ms", .rounded(answers[0])), .init("p99_ms", .rounded(answers[1])),
            .init("tls", .string(crowd.agreed)),
            .init(
                "ledger",
                [
                    "sent": .count(balance.sent), "delivered": .count(balance.delivered),
                    "missing": .count(balance.missing), "cut_off": .count(balance.cutOff),
                    "accepted": .count(ledger.accepted), "refused": .count(ledger.refused),
                    "repeated": .count(ledger.repeated),
                ]),
        ]
        if receiver != nil {
            let arrivals = arrivalTimes.percentiles([0.5, 0.99])
            figures.append(.init("webhook_p50_ms", .rounded(arrivals[0])))
            figures.append(.init("webhook_p99_ms", .rounded(arrivals[1])))
        }
        for process in spent {
            figures.append(
                .init("\(process.name)_cpu_us", .rounded(process.microseconds / Double(max(1, balance.sent)))))
            figures.append(.init("\(process.name)_cpu_total_us", .rounded(process.microseconds)))
        }
        return Report(.object(figures), problems: problems)
    }
}
