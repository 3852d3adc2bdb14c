// What a settlement leaves behind, put there by hand.

import Gateway
import Loop
import Redis
import Webhooks

/// A delivery of `message.received` with a record of its own.
func delivery(_ id: StreamID, to endpoint: String, inboxID: String = "", attempts: Int = 0) -> Delivery {
    let record = #"{"id":"evt_\#(id)","type":"message.received","content":{"text":"hello"}}"#
    return Delivery(
        id: id, endpoint: endpoint, eventID: "evt_\(id)", record: Array(record.utf8), rulesVersion: "1",
        inboxID: inboxID, attempts: attempts)
}

func entry(
    _ outcome: AttemptEntry.Outcome, of delivery: Delivery, number: Int = 1, status: Int? = 200
) -> AttemptEntry {
    AttemptEntry(
        outcome, of: delivery,
        AttemptRecord(
            number: number, startedAt: Int64(clamping: delivery.id.milliseconds), latency: .milliseconds(7),
            status: status, reason: outcome == .delivered ? nil : "status_5xx", detail: "", answer: Array("no".utf8)))
}

extension RedisClient {
    /// - Parameter at: the entry's id.
    func keep(
        _ entry: AttemptEntry, of endpoint: String, in partition: Partition, at id: String, letter: String? = nil
    ) async throws(RedisError) {
        var command = RedisCommand("XADD", partition.attempts(endpoint), id)
        if let letter { for word in [AttemptEntry.Name.letter, letter] { command.append(word) } }
        for word in [AttemptEntry.Name.words, entry.words, AttemptEntry.Name.detail, entry.attempt.detail] {
            command.append(word)
        }
        command.append(AttemptEntry.Name.answer)
        command.append(entry.attempt.answer)
        _ = try await send(command)
    }

    func bury(_ delivery: Delivery, in partition: Partition, at id: String = "*") async throws(RedisError) -> String {
        var command = RedisCommand("XADD", partition.dead(delivery.endpoint), id)
        append(delivery, to: &command)
        for word in [
            "delivery", delivery.id.description, "attempts", "3", "reason", "status_5xx", "detail", "status 500",
        ] { command.append(word) }
        return try await send(command).text ?? ""
    }

    /// As a delivery that waits for its next attempt.
    func putOff(_ delivery: Delivery, in partition: Partition, until due: Int64) async throws(RedisError) {
        var command = RedisCommand("HSET", partition.delivery(delivery.id))
        append(delivery, to: &command)
        for word in [Delivery.Name.attempts, String(delivery.attempts)] { command.append(word) }
        _ = try await send(command)
        _ = try await send(RedisCommand("ZADD", partition.retry, String(due), delivery.id.description))
    }

    func append(_ delivery: Delivery, to command: inout RedisCommand) {
        for word in [
            Delivery.Name.endpoint, delivery.endpoint, Delivery.Name.eventID, delivery.eventID, Delivery.Name.inboxID,
            delivery.inboxID, Delivery.Name.record,
        ] { command.append(word) }
        command.append(delivery.record)
    }

    /// Deliveries in the stream, as the worker would read them.
    func queued(_ partition: Partition) async throws(RedisError) -> [Delivery] {
        (try await send(RedisCommand("XRANGE", partition.webhooks, "-", "+")).array ?? [])
            .compactMap { StreamEntry($0).flatMap { Delivery($0) } }
    }
}
