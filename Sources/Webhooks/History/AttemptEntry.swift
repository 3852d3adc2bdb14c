// One attempt as the history keeps it: an entry of `weir:{p}:attempts:<endpoint>`, written by the settlement of its outcome. All but
// texts stand as words in one field, since each field costs Redis time and most entries have nothing else.

package import Gateway
import Loop
package import Redis

package struct AttemptEntry: Sendable, Equatable {
    package enum Outcome: String, Sendable, CaseIterable {
        case delivered
        /// It failed, and is tried again.
        case waiting
        /// It was the last one.
        case dead
    }

    package let outcome: Outcome
    package let delivery: StreamID
    package let attempt: AttemptRecord
    package let eventID: String
    package let eventType: String
    /// The event's entry in the inbox.
    package let inboxID: String?
    package let isReplay: Bool
    /// False: the delivery was given up without one; `attempt` says why and when.
    package let isAttempt: Bool
    /// The entry of the dead letter that the delivery became.
    package let letter: String?

    package init(_ outcome: Outcome, of delivery: Delivery, _ attempt: AttemptRecord) {
        self.outcome = outcome
        self.delivery = delivery.id
        self.attempt = attempt
        eventID = delivery.eventID
        eventType = delivery.eventType
        inboxID = delivery.inboxID
        isReplay = delivery.isReplay
        isAttempt = true
        letter = nil
    }

    /// A delivery that was given up without another attempt.
    package init(of delivery: Delivery, givenUpAt now: Int64, reason: String, detail: String) {
        outcome = .dead
        self.delivery = delivery.id
        attempt = AttemptRecord(
            number: delivery.attempts, startedAt: now, latency: .zero, status: nil, reason: reason, detail: detail,
            answer: [])
        eventID = delivery.eventID
        eventType = delivery.eventType
        inboxID = delivery.inboxID
        isReplay = delivery.isReplay
        isAttempt = false
        letter = nil
    }

    // MARK: In Redis

    package enum Name {
        package static let words = "a"
        package static let detail = "x"
        package static let answer = "b"
        /// Added by the script that makes the dead letter.
        package static let letter = "l"
    }

    /// `w 1700000000000-0 2 503 status_5xx 1700000000123 15 evt_… message.received 1700000000000-0 -`. The first letter and the two
    /// words behind it are read by scripts too (`AttemptHistory`).
    package var words: String {
        let letter =
            switch outcome {
            case .delivered: "d"
            case .waiting: "w"
            case .dead: isAttempt ? "x" : "g"
            }
        return "\(letter) \(delivery) \(attempt.number) \(attempt.status.map(String.init) ?? "-") "
            + "\(Self.word(attempt.reason)) \(attempt.startedAt) \(attempt.latency.milliseconds) "
            + "\(Self.word(eventID)) \(Self.word(eventType)) \(Self.word(inboxID)) \(isReplay ? "r" : "-")"
    }

    /// The number of arguments that follow, then names and values.
    func append(to command: inout RedisCommand) {
        let answer = attempt.answer.prefix(Self.answerMax)
        command.append(Int64(2 + (attempt.detail.isEmpty ? 0 : 2) + (answer.isEmpty ? 0 : 2)))
        command.append(Name.words)
        command.append(words)
        if !attempt.detail.isEmpty {
            command.append(Name.detail)
            command.append(attempt.detail)
        }
        if !answer.isEmpty {
            command.append(Name.answer)
            command.append(Array(answer))
        }
    }

    static let answerMax = 4096

    private static func word(_ text: String?) -> String {
        guard let text, !text.isEmpty, !text.utf8.contains(UInt8(ascii: " ")) else { return "-" }
        return text
    }

    /// Nil when the entry is none of ours.
    package init?(_ entry: StreamEntry) {
        func text(_ name: String) -> String? { entry.value(name).map { String(decoding: $0, as: UTF8.self) } }
        self.init(
            words: text(Name.words) ?? "", detail: text(Name.detail) ?? "", answer: entry.value(Name.answer) ?? [],
            letter: text(Name.letter))
    }

    package init?(words: String, detail: String, answer: [UInt8], letter: String?) {
        let parts = words.split(separator: " ").map(String.init)
        guard parts.count == 11, let delivery = StreamID(parts[1]), let number = Int(parts[2]),
            let startedAt = Int64(parts[5]), let latency = Int64(parts[6])
        else { return nil }
        switch parts[0] {
        case "d": outcome = .delivered
        case "w": outcome = .waiting
        case "x", "g": outcome = .dead
        default: return nil
        }
        func optional(_ word: String) -> String? { word == "-" ? nil : word }
        self.delivery = delivery
        attempt = AttemptRecord(
            number: number, startedAt: startedAt, latency: .milliseconds(latency), status: Int(parts[3]),
            reason: optional(parts[4]), detail: detail, answer: answer)
        eventID = optional(parts[7]) ?? ""
        eventType = optional(parts[8]) ?? ""
        inboxID = optional(parts[9])
        isReplay = parts[10] == "r"
        isAttempt = parts[0] != "g"
        self.letter = letter
    }
}
