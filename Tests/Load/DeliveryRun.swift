// `deliveries`: appends deliveries for many endpoints to Redis, plays the endpoints that live and those that are slow, and counts
// when each came. Those for dead endpoints, where nobody listens, and for slow ones are appended like the others, and not waited for.

import Codec

final class DeliveryRun {
    private let arguments: Arguments
    private let count: Int
    /// Nanoseconds between two deliveries; nil: as fast as they arrive, with `window` under way.
    private let interval: Int64?
    private let warmUp: Int
    /// Endpoints are numbered: first the dead, then the slow, then the living.
    private let dead: Int
    private let slow: Int
    private let endpoints: Int
    private let poller: Poller
    private let receiver: Receiver
    private let slowReceiver: Receiver?
    private var feed: DeliveryFeed
    private let deliveries: [[UInt8]]

    private var dueTimes: [Int64]
    private var hasArrived: [Bool]
    private var arrived = 0
    private var repeated = 0
    private var strangers = 0
    private var next = 0
    private var living = 0
    private var times: Latencies

    /// Less than a lane holds in memory, so that nothing is put off.
    private static let window = 400
    private static let perCallMax = 500
    private static let patience: Int64 = 20_000_000_000
    private static let feedToken = 0
    private static let receiverTokens = 1
    /// Behind every token the other receiver can come to use.
    private static let slowTokens = 1 << 24

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        count = try arguments.number("count")
        let rate = try arguments.number("rate", orElse: 0)
        interval = rate > 0 ? 1_000_000_000 / Int64(rate) : nil
        warmUp = try arguments.number("warm-up", orElse: 0)
        endpoints = try arguments.number("endpoints", orElse: 1)
        dead = try arguments.number("dead", orElse: 0)
        slow = try arguments.number("slow", orElse: 0)
        guard dead + slow < endpoints else { throw LoadFault("no endpoint is left that lives") }
        poller = try Poller()
        let certificate = try arguments.text("certificate")
        receiver = try Receiver(at: try arguments.port("receiver"), certificate: certificate, poller)
        slowReceiver =
            slow > 0
            ? try Receiver(
                at: try arguments.port("slow-receiver"), certificate: certificate,
                holdFor: Int64(try arguments.number("hold-ms")) * 1_000_000, poller) : nil
        feed = try DeliveryFeed(socket: try arguments.text("redis"))
        deliveries = (0..<count).map { [endpoints] in DeliveryFeed.arguments($0, to: "bench/w\($0 % endpoints)") }
        dueTimes = Array(repeating: 0, count: count)
        hasArrived = Array(repeating: false, count: count)
        times = Latencies(reserving: count)
    }

    func report() throws -> Report {
        poller.add(feed.descriptor, token: Self.feedToken, writable: false)
        receiver.start(tokensFrom: Self.receiverTokens)
        slowReceiver?.start(tokensFrom: Self.slowTokens)
        let watch = try ProcessorWatch(arguments.watched)
        let started = monotonicNow()
        let last = try run(from: started)
        return summary(seconds: Double(last - started) / 1e9, try watch.elapsed())
    }

    /// Returns when the last delivery to a living endpoint came.
    private func run(from started: Int64) throws -> Int64 {
        var deadline = Int64.max
        var last = started
        var now = started
        while now < deadline, next < count || arrived < living {
            appendDue(now, started)
            try feed.flush()
            if next == count, deadline == .max { deadline = now + Self.patience }
            let wait = next < count ? interval.map { started + Int64(next) * $0 - now } ?? 1_000_000 : 100_000_000
            try poller.wait(min(max(wait, 0), feed.isFlushed ? 100_000_000 : 200_000)) { token in
                switch token {
                case Self.feedToken: try feed.readReplies()
                case Self.slowTokens...: try slowReceiver?.handle(token - Self.slowTokens) { _ in }
                default:
                    try receiver.handle(token - Self.receiverTokens, arrived: arrive)
                    last = monotonicNow()
                }
            }
            slowReceiver?.answerHeld()
            now = monotonicNow()
        }
        return last
    }

    private func appendDue(_ now: Int64, _ started: Int64) {
        // A call that waits for the one before it costs no sync of its own.
        guard feed.isFlushed else { return }
        let first = next
        while next < count, next - first < Self.perCallMax {
            if let interval {
                guard started + Int64(next) * interval <= now else { break }
            } else {
                guard living - arrived < Self.window else { break }
            }
            if next % endpoints >= dead + slow { living += 1 }
            dueTimes[next] = interval.map { started + Int64(next) * $0 } ?? now
            next += 1
        }
        if next > first { feed.append(deliveries[first..<next]) }
    }

    private func arrive(_ record: Span<UInt8>) {
        guard let number = CallbackMaker.number(in: record), number < next else {
            strangers += 1
            return
        }
        guard !hasArrived[number] else {
            repeated += 1
            return
        }
        hasArrived[number] = true
        arrived += 1
        if number >= warmUp { times.add(monotonicNow() - dueTimes[number]) }
    }

    private func summary(seconds: Double, _ spent: [(name: String, microseconds: Double)]) -> Report {
        var problems: [String] = []
        let counted = hasArrived.indices.filter { hasArrived[$0] }.count
        if counted != living { problems.append("\(living - counted) of \(living) deliveries did not come") }
        if strangers > 0 { problems.append("\(strangers) deliveries are none of this run's") }
        if let refusal = feed.refusal { problems.append("Redis refused: \(refusal)") }
        let found = times.percentiles([0.5, 0.99])
        var figures: [JSONValue.Member] = [
            .init("seconds", .rounded(seconds)), .init("deliveries_per_s", .rounded(Double(arrived) / seconds)),
            .init("p50_ms", .rounded(found[0])), .init("p99_ms", .rounded(found[1])),
            .init("appended", .count(next)), .init("living", .count(living)), .init("arrived", .count(arrived)),
            .init("repeated", .count(repeated)),
        ]
        for process in spent {
            figures.append(.init("\(process.name)_cpu_us", .rounded(process.microseconds / Double(max(1, arrived)))))
        }
        return Report(.object(figures), problems: problems)
    }
}
