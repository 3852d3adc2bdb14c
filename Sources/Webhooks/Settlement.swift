// What became of one delivery, as the script of `Settlements` is told of it.

import Gateway
import Redis

struct Settlement {
    enum Outcome {
        /// Delivered at the first attempt: the entry leaves the stream.
        case sent
        /// One that waited in the retry set is over: delivered, or found to be nothing.
        case settled
        /// To be tried again at `due` (ms since 1970). In a line that keeps its order it stays at its head, and holds back the rest.
        case retry(due: Int64, reason: String, holdsLine: Bool)
        /// It waits in the backlog of its line until there is room, or its turn comes. Nothing was attempted.
        case held
        /// No attempt is left, or none would help.
        case dead(reason: String, detail: String)
    }

    let delivery: Delivery
    /// The name of its line (`Line`).
    let line: String
    let outcome: Outcome
    /// The attempt that ended so, if one did.
    var attempt: AttemptRecord?

    var id: StreamID { delivery.id }

    /// What it adds to a call, roughly.
    var byteCount: Int {
        switch outcome {
        case .sent, .settled: 64
        case .retry, .held, .dead: delivery.record.count + 512
        }
    }

    func keys(in partition: Partition) -> [String] {
        [partition.delivery(id), partition.backlog(line), partition.dead(delivery.endpoint)]
    }

    func append(to command: inout RedisCommand) {
        switch outcome {
        case .sent: append("sent", to: &command)
        case .settled: append("settled", to: &command)
        case .retry(let due, let reason, let holdsLine):
            append(
                "waits", place: holdsLine ? delivery.place : "", due: String(due), fields: [("reason", reason)],
                to: &command)
        case .held:
            append("waits", place: delivery.place, due: "+inf", fields: [("reason", "waiting")], to: &command)
        case .dead(let reason, let detail):
            append(
                "dead", fields: [("delivery", id.description), ("reason", reason), ("detail", detail)], to: &command)
        }
    }

    private func append(
        _ kind: String, place: String = "", due: String = "", fields: [(String, String)] = [],
        to command: inout RedisCommand
    ) {
        for word in [kind, id.description, line, place, due] { command.append(word) }
        guard !fields.isEmpty else { return command.append(Int64(0)) }
        let texts =
            [
                (Delivery.Name.endpoint, delivery.endpoint), (Delivery.Name.eventID, delivery.eventID),
                (Delivery.Name.rulesVersion, delivery.rulesVersion), (Delivery.Name.inboxID, delivery.inboxID),
                (Delivery.Name.replay, delivery.isReplay ? "1" : ""),
                (Delivery.Name.attempts, String(delivery.attempts)),
            ] + fields
        command.append(Int64(2 * (texts.count + 1)))
        for (name, value) in texts {
            command.append(name)
            command.append(value)
        }
        command.append(Delivery.Name.record)
        command.append(delivery.record)
    }
}

extension Delivery {
    /// Where it stands in a backlog: live traffic in the order in which it was routed, replays behind all of it. Within a
    /// millisecond a thousand keep their order, which is more than Redis appends in one.
    fileprivate var place: String {
        let behindLive: UInt64 = 4_000_000_000_000_000
        return String(id.milliseconds * 1000 + min(id.sequence, 999) + (isReplay ? behindLive : 0))
    }
}
