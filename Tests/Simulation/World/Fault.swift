// The vocabulary of timelines: what can go wrong in a simulation, as plain values.

import Loop

package struct TimedFault: CustomStringConvertible {
    let at: Duration
    let fault: Fault

    package var description: String {
        // Without the names of the types.
        "\((Instant.beginning + at).text)  " + "\(fault)".replacing(/Simulation\.(?:[A-Z]\w+\.)+/, with: "")
    }
}

enum Fault {
    /// One of a loop's three connections to Redis breaks in the middle of what it carries next.
    case cutRedis(process: Int, loop: Int, connection: Int, Line.Direction, after: Int, Line.Cut)
    case cutEndpoint(process: Int, loop: Int, endpoint: Int, Line.Direction, after: Int, Line.Cut)
    /// Replies, or commands, come late.
    case holdRedis(process: Int, loop: Int, connection: Int, Line.Direction, for: Duration)
    case redisRestart(down: Duration)
    case redisPause(for: Duration)
    case redisFull(for: Duration)
    /// Somebody else takes a partition, and does nothing with it.
    case stealLease(partition: Int, LeaseName)
    /// The lease is gone, as after its time.
    case dropLease(partition: Int, LeaseName)
    case redisClock(by: Duration)
    case processClock(process: Int, by: Duration)
    /// A loop gets no turn: a machine that sleeps, a page that is swapped in.
    case stall(process: Int, loop: Int, for: Duration)
    /// Without a word, under its own name or another one afterwards.
    case kill(process: Int, withMachine: Bool, back: Duration, keepsName: Bool)
    /// In order.
    case stop(process: Int, back: Duration)
    /// Other settings come into force, loop by loop; one endpoint may be missing in them until the next ones.
    case reload(process: Int, without: Int?, for: Duration)
    case endpoint(Int, Behaviour, for: Duration)

    enum Kind: String, CaseIterable {
        case cutRedis, cutEndpoint, holdRedis, redisRestart, redisPause, redisFull, stealLease, dropLease, redisClock
        case processClock, stall, kill, stop, reload, endpoint

        /// What an endpoint does is its own affair; all others happen to Weir and its Redis.
        var isOfEndpoints: Bool { self == .endpoint || self == .cutEndpoint }
    }

    enum LeaseName: String {
        case router, worker
    }

    var isOfEndpoints: Bool {
        switch self {
        case .endpoint, .cutEndpoint: true
        default: false
        }
    }

    /// When all is as before.
    func end(of start: Duration) -> Duration {
        switch self {
        case .holdRedis(_, _, _, _, let span), .redisRestart(let span), .redisPause(let span), .redisFull(let span),
            .stall(_, _, let span), .kill(_, _, let span, _), .stop(_, let span), .reload(_, _, let span),
            .endpoint(_, _, let span):
            start + span
        default: start
        }
    }
}
