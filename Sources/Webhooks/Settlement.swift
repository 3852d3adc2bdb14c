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

    /// What the history keeps of it: the attempt, or that it was given up without another one.
    func historyEntry(at now: Int64) -> AttemptEntry? {
        switch outcome {
        case .sent, .settled: attempt.map { AttemptEntry(.delivered, of: delivery, $0) }
        case .retry: attempt.map { AttemptEntry(.waiting, of: delivery, $0) }
        case .held: nil
        case .dead(let reason, let detail):
            attempt.map { AttemptEntry(.dead, of: delivery, $0) }
                ?? AttemptEntry(of: delivery, givenUpAt: now, reason: reason, detail: detail)
        }
    }

    /// What it adds to a call, roughly.
    var byteCount: Int {
        let kept = 256 + min(attempt?.answer.count ?? 0, AttemptEntry.answerMax)
        switch outcome {
        case .sent, .settled: return kept
        case .retry, .held, .dead: return delivery.record.count + 512 + kept
        }
    }

    func keys(in partition: Partition) -> [String] {
        let attempts = partition.attempts(delivery.endpoint)
        if case .sent = outcome { return [attempts] }
        return [attempts, partition.delivery(id), partition.backlog(line), partition.dead(delivery.endpoint)]
    }

    func append(_ entry: AttemptEntry?, to command: inout RedisCommand) {
        switch outcome {
        case .sent: append("sent", entry, to: &command)
        case .settled: append("settled", entry, place: "", due: "", fields: [], to: &command)
        case .retry(let due, let reason, let holdsLine):
            append(
                "waits", entry, place: holdsLine ? delivery.place : "", due: String(due), fields: [("reason", reason)],
                to: &command)
        case .held:
            append("waits", entry, place: delivery.place, due: "+inf", fields: [("reason", "waiting")], to: &command)
        case .dead(let reason, let detail):
            append(
                "dead", entry, place: "", due: "",
                fields: [("delivery", id.description), ("reason", reason), ("detail", detail)], to: &command)
        }
    }

    private func append(_ kind: String, _ entry: AttemptEntry?, to command: inout RedisCommand) {
        command.append(kind)
        command.append(id.description)
        guard let entry else { return command.append("0") }
        entry.append(to: &command)
    }

    private func append(
        _ kind: String, _ entry: AttemptEntry?, place: String, due: String, fields: [(String, String)],
        to command: inout RedisCommand
    ) {
        append(kind, entry, to: &command)
        for word in [line, place, due, String(delivery.attempts)] { command.append(word) }
        guard !fields.isEmpty else { return command.append("0") }
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
