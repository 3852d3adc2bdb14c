// What became of one delivery, as the script of `Settlements` is told of it.

import Gateway
import Redis

struct Settlement {
    enum Outcome {
        /// Delivered at the first attempt: the entry leaves the stream.
        case sent
        /// One that waited in the retry set is over: delivered, or found to be nothing.
        case settled
        /// To be tried again at `due` (ms since 1970).
        case retry(due: Int64, reason: String)
        /// No attempt is left, or none would help.
        case dead(reason: String, detail: String)
    }

    let delivery: Delivery
    let outcome: Outcome
    /// What the history keeps of it: the attempt that ended so, or that it was given up without another one.
    let entry: AttemptEntry?

    var id: StreamID { delivery.id }

    /// - Parameter now: milliseconds since 1970.
    init(delivery: Delivery, outcome: Outcome, attempt: AttemptRecord?, at now: Int64) {
        self.delivery = delivery
        self.outcome = outcome
        entry =
            switch outcome {
            case .sent, .settled: attempt.map { AttemptEntry(.delivered, of: delivery, $0) }
            case .retry: attempt.map { AttemptEntry(.waiting, of: delivery, $0) }
            case .dead(let reason, let detail):
                attempt.map { AttemptEntry(.dead, of: delivery, $0) }
                    ?? AttemptEntry(of: delivery, givenUpAt: now, reason: reason, detail: detail)
            }
    }

    /// What it adds to a call, roughly.
    var byteCount: Int {
        let kept = 256 + min(entry?.attempt.answer.count ?? 0, AttemptEntry.answerMax)
        switch outcome {
        case .sent, .settled: return kept
        case .retry, .dead: return delivery.record.count + 512 + kept
        }
    }

    func keys(in partition: Partition) -> [String] {
        let attempts = partition.attempts(delivery.endpoint)
        if case .sent = outcome { return [attempts] }
        return [attempts, partition.delivery(id), partition.dead(delivery.endpoint)]
    }

    func append(to command: inout RedisCommand) {
        switch outcome {
        case .sent: append("sent", to: &command)
        case .settled: append("settled", due: "", fields: [], to: &command)
        case .retry(let due, let reason): append("waits", due: String(due), fields: [("reason", reason)], to: &command)
        case .dead(let reason, let detail):
            append(
                "dead", due: "", fields: [("delivery", id.description), ("reason", reason), ("detail", detail)],
                to: &command)
        }
    }

    private func append(_ kind: String, to command: inout RedisCommand) {
        command.append(kind)
        command.append(id.description)
        guard let entry else { return command.append("0") }
        entry.append(to: &command)
    }

    private func append(
        _ kind: String, due: String, fields: [(String, String)], to command: inout RedisCommand
    ) {
        append(kind, to: &command)
        command.append(due)
        command.append(String(delivery.attempts))
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
