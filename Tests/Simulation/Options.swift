// All that is chosen in a run, drawn from its seed before anything happens, and printed first when it fails. In each run some kinds
// of faults are switched off altogether (swarm testing), so that what remains comes in mixtures that would else be rare.

import Loop
import TestBasics

package struct Options: CustomStringConvertible {
    struct Endpoint {
        let tenant: String
        let name: String
        let concurrency: Int
        let timeout: Duration
        let closesAfterAnswer: Bool

        var id: String { "\(tenant)/\(name)" }
    }

    /// One callback as its sender means it: one or more events, sent until it is acknowledged, or once more although it was.
    struct Callback {
        let number: Int
        let at: Duration
        let tenant: String
        let account: String
        /// What a provider's signature is good for once.
        let nonce: String?
        let dedupes: [String]
        let padding: Int
        let repeatsAfter: Duration?
        let triesMax: Int
    }

    package let seed: UInt64
    var processes = 1
    var loopsPerProcess = 1
    var latency = Duration.microseconds(50)...Duration.milliseconds(1)
    var splits = false
    var tenants = ["acme"]
    var endpoints: [Endpoint] = []
    var callbacks: [Callback] = []
    var schedule: [Duration] = [.zero, .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16), .seconds(30)]
    var kinds: Set<Fault.Kind> = []
    package var faults: [TimedFault] = []
    /// Of the scheduler and of whatever is drawn while the run goes on.
    let runSeed: UInt64

    /// Faults and callbacks happen within this time; then all is healed.
    static let troubleFor = Duration.seconds(30)

    package init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        self.seed = seed
        runSeed = random.next()
        processes = 1 + random.below(3)
        loopsPerProcess = random.chance(30) ? 2 : 1
        latency = .microseconds(20)...(random.pick([.microseconds(200), .milliseconds(2), .milliseconds(40)]))
        splits = random.chance(50)
        tenants = random.chance(50) ? ["acme"] : ["acme", "globex"]
        for tenant in tenants {
            for number in 0..<(1 + random.below(3)) {
                endpoints.append(
                    Endpoint(
                        tenant: tenant, name: "hook\(number)", concurrency: random.pick([1, 1, 2, 8]),
                        timeout: .seconds(random.pick([1, 5, 15])), closesAfterAnswer: random.chance(15)))
            }
        }
        drawCallbacks(&random)
        let all = Fault.Kind.allCases
        // One run in five knows no trouble but the endpoints', and shows whether they trouble one another.
        let allowed = random.chance(20) ? all.filter(\.isOfEndpoints) : all
        kinds = Set(allowed.filter { _ in random.chance(35) })
        drawFaults(&random)
    }

    /// A timeline that a test writes down: two processes, one tenant with two endpoints of eight attempts at a time, a callback
    /// every so often, and nothing drawn but what the network and the scheduler need.
    init(
        scenario seed: UInt64, callbacks count: Int = 40, every pause: Duration = .milliseconds(500),
        _ faults: TimedFault...
    ) {
        self.seed = seed
        runSeed = seed
        processes = 2
        endpoints = ["hook0", "hook1"].map {
            Endpoint(tenant: "acme", name: $0, concurrency: 8, timeout: .seconds(5), closesAfterAnswer: false)
        }
        callbacks = (0..<count).map {
            Callback(
                number: $0, at: pause * $0, tenant: "acme", account: "account-\($0 % 5)", nonce: nil,
                dedupes: ["key-\($0)"], padding: 100, repeatsAfter: nil, triesMax: 4)
        }
        self.faults = faults
    }

    private mutating func drawCallbacks(_ random: inout SplitMix64) {
        let accounts = 1 + random.below(6)
        let isBursty = random.chance(50)
        var at = Duration.zero
        for number in 0..<(5 + random.below(50)) {
            if !isBursty || random.chance(15) { at = random.duration(.zero, Self.troubleFor) }
            let count = random.chance(20) ? 2 + random.below(3) : 1
            let tenant = random.pick(tenants)
            callbacks.append(
                Callback(
                    number: number, at: at, tenant: tenant, account: "account-\(random.below(accounts))",
                    nonce: random.chance(25) ? "nonce-\(number)" : nil,
                    dedupes: (0..<count).map { "key-\(number)-\($0)" },
                    padding: random.chance(10) ? 20_000 : random.below(600),
                    repeatsAfter: random.chance(25) ? random.duration(.zero, .seconds(8)) : nil,
                    triesMax: 1 + random.below(4)))
        }
        callbacks.sort { $0.at < $1.at }
    }

    private mutating func drawFaults(_ random: inout SplitMix64) {
        let kinds = Fault.Kind.allCases.filter { self.kinds.contains($0) }
        guard !kinds.isEmpty else { return }
        for _ in 0..<(1 + random.below(10)) {
            let at = random.duration(.zero, Self.troubleFor)
            faults.append(TimedFault(at: at, fault: draw(random.pick(kinds), &random)))
        }
        faults.sort { $0.at < $1.at }
    }

    private func draw(_ kind: Fault.Kind, _ random: inout SplitMix64) -> Fault {
        let process = random.below(processes)
        let loop = random.below(loopsPerProcess)
        let connection = random.below(3)
        let direction = random.pick(Line.Direction.allCases)
        let cut = random.chance(75) ? Line.Cut.reset : .silence
        let lease: Fault.LeaseName = random.chance(50) ? .router : .worker
        let long = random.pick([Duration.milliseconds(300), .seconds(2), .seconds(12)])
        let span = random.duration(.zero, long)
        switch kind {
        case .cutRedis:
            return .cutRedis(
                process: process, loop: loop, connection: connection, direction,
                after: random.below(random.pick([4, 300, 4000])), cut)
        case .cutEndpoint:
            return .cutEndpoint(
                process: process, loop: loop, endpoint: random.below(endpoints.count), direction,
                after: random.below(random.pick([4, 60, 1000])), cut)
        case .holdRedis:
            return .holdRedis(process: process, loop: loop, connection: connection, direction, for: span)
        case .redisRestart: return .redisRestart(down: span)
        case .redisPause: return .redisPause(for: span)
        case .redisFull: return .redisFull(for: span)
        case .stealLease: return .stealLease(partition: random.below(16), lease)
        case .dropLease: return .dropLease(partition: random.below(16), lease)
        case .redisClock: return .redisClock(by: random.duration(.seconds(-20), .seconds(20)))
        case .processClock: return .processClock(process: process, by: random.duration(.seconds(-20), .seconds(20)))
        case .stall: return .stall(process: process, loop: loop, for: random.duration(.seconds(1), .seconds(20)))
        case .kill:
            return .kill(
                process: process, withMachine: random.chance(30), back: span, keepsName: random.chance(70))
        case .stop: return .stop(process: process, back: span)
        case .reload:
            return .reload(
                process: process, without: random.chance(30) ? random.below(endpoints.count) : nil, for: span)
        case .endpoint:
            return .endpoint(
                random.below(endpoints.count), drawBehaviour(&random), for: random.duration(.zero, .seconds(20)))
        }
    }

    private func drawBehaviour(_ random: inout SplitMix64) -> Behaviour {
        switch random.below(8) {
        case 0: .answers(status: 500, after: .milliseconds(1), retryAfter: nil)
        case 1: .answers(status: 429, after: .milliseconds(1), retryAfter: random.below(10))
        case 2: .answers(status: 410, after: .milliseconds(1), retryAfter: nil)
        case 3: .answers(status: 200, after: random.duration(.zero, .seconds(6)), retryAfter: nil)
        case 4: random.chance(50) ? .silent : .drops
        case 5: .refuses
        case 6: .babbles
        default: .breaksOff(after: random.below(38))
        }
    }

    package var description: String {
        """
        seed \(seed): \(processes) processes of \(loopsPerProcess) loops, latency \(latency.lowerBound) to \
        \(latency.upperBound)\(splits ? ", chunks in pieces" : ""), tenants \(tenants), \
        endpoints \(endpoints.map { "\($0.id) ×\($0.concurrency) \($0.timeout)" }), \(callbacks.count) callbacks; \
        kinds of faults: \(kinds.map(\.rawValue).sorted().joined(separator: " "))
        \(faults.map { "  \($0)" }.joined(separator: "\n"))
        """
    }
}

extension TimedFault {
    static func at(_ at: Duration, _ fault: Fault) -> TimedFault { TimedFault(at: at, fault: fault) }
}

extension Instant {
    static let beginning = Instant(nanoseconds: 0)
}
