// One event on its way to one endpoint: what the router appends to `weir:{p}:webhooks`, the worker reads, and a waiting retry
// keeps in its own hash.

package import Redis

package struct Delivery: Sendable, Equatable {
    /// Unique in its partition: the id of its first entry in the stream. Also the member of the retry set.
    package let id: StreamID
    /// `EndpointID` as text.
    package let endpoint: String
    /// The event's id, which is the `webhook-id` of every attempt.
    package let eventID: String
    /// The event's JSON record, sent as it is.
    package let record: [UInt8]
    /// The version of the rule file that routed it.
    package let rulesVersion: String
    /// The event's entry in the partition's inbox, from which it can be sent again for as long as that keeps it; empty: it has none.
    package let inboxID: String
    /// Sent again on request.
    package let isReplay: Bool
    /// Attempts made so far.
    package var attempts: Int
    /// More than any schedule has; what Redis holds is not trusted to be ours.
    private static let attemptsMax = 1000

    /// When the router appended it, in ms since 1970: the time from which delays count.
    package var acceptedAt: Int64 { Int64(clamping: id.milliseconds) }

    package init(
        id: StreamID, endpoint: String, eventID: String, record: [UInt8], rulesVersion: String, inboxID: String = "",
        isReplay: Bool = false, attempts: Int = 0
    ) {
        self.id = id
        self.endpoint = endpoint
        self.eventID = eventID
        self.record = record
        self.rulesVersion = rulesVersion
        self.inboxID = inboxID
        self.isReplay = isReplay
        self.attempts = attempts
    }

    /// Names and values in Redis. The stream entry and the retry's hash have the same, the latter with `attempts`.
    package enum Name {
        package static let endpoint = "endpoint"
        package static let eventID = "id"
        package static let record = "event"
        package static let rulesVersion = "rules"
        package static let inboxID = "in"
        /// `1`; a delivery of live traffic has none.
        package static let replay = "replay"
        package static let attempts = "attempts"
    }

    /// Nil when a field is missing: not an entry of ours.
    package init?(_ entry: StreamEntry) {
        self.init(id: entry.id, fields: entry.fields)
    }

    package init?(id: StreamID, fields: [(name: String, value: [UInt8])]) {
        func text(_ name: String) -> String? {
            fields.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) }
        }
        guard let endpoint = text(Name.endpoint), let eventID = text(Name.eventID),
            let record = fields.first(where: { $0.name == Name.record })?.value
        else { return nil }
        self.init(
            id: id, endpoint: endpoint, eventID: eventID, record: record, rulesVersion: text(Name.rulesVersion) ?? "",
            inboxID: text(Name.inboxID) ?? "",
            isReplay: text(Name.replay) == "1",
            attempts: text(Name.attempts).flatMap { Int($0) }.map { min(max($0, 0), Self.attemptsMax) } ?? 0)
    }

    /// The event's type, which stands near the start of every record (Events/Event+JSONWriter.swift); empty if it is none of ours.
    package var eventType: String {
        let key = Self.typeKey
        let end = min(record.count, Self.typeWithin)
        var start = 0
        while start + key.count < end {
            if record[start] == key[0], record[start..<start + key.count].elementsEqual(key) {
                return String(
                    decoding: record[(start + key.count)...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
            }
            start += 1
        }
        return ""
    }

    private static let typeKey = Array("\"type\":\"".utf8)
    private static let typeWithin = 256
}
