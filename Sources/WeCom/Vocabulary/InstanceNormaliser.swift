// From the body of an instance provider's callback, `{"guid", "notify_type", "data"}`, to the events it reports (WECOM.md,
// 7.2): one, or as many as `data` has items, in their order. A notice that is not understood is kept as an event of type
// `unknown`; only a body that is no such callback at all is refused.

package import Crypto
package import Events

package struct InstanceNormaliser: Sendable {
    private let tenant: String
    private let source: String
    private let accounts: [String: String]

    /// A provider's largest batch is a page of 100 messages; each item becomes an event of its own in memory.
    package static let itemsMax = 1000

    /// - source: the configured name of the source.
    /// - accounts: the account of each instance, by its guid. An instance that is not listed is an account by its guid.
    package init(tenant: String, source: String, accounts: [String: String]) {
        self.tenant = tenant
        self.source = source
        self.accounts = accounts
    }

    /// The events, but for their ids, which their receiver gives them.
    /// - hash: of `body`, for the dedupe keys of what has no id of its own.
    package func events(
        from body: Span<UInt8>, hash: Digest<32>, receivedAt now: Timestamp
    ) throws(InstanceFault) -> [Event] {
        let envelope = try InstanceEnvelope(body, itemsMax: Self.itemsMax)
        var builder = InnerDocument.Builder()
        if envelope.items.count <= 1 {
            if let range = envelope.items.first { try Self.read(body.extracting(range), into: &builder) }
            return [event(from: builder.document, 0, of: envelope, raw: body, hash, now)]
        }
        var events: [Event] = []
        events.reserveCapacity(envelope.items.count)
        for (index, range) in envelope.items.enumerated() {
            let item = body.extracting(range)
            // Not the whole body: a batch would be kept as many times over as it has items.
            let raw = envelope.body(with: item)
            try Self.read(item, into: &builder)
            events.append(event(from: builder.document, index, of: envelope, raw: raw.span, hash, now))
        }
        return events
    }

    private static func read(_ item: Span<UInt8>, into builder: inout InnerDocument.Builder) throws(InstanceFault) {
        do { try builder.readItem(item) } catch { throw InstanceFault(error) }
    }

    private func event(
        from document: borrowing InnerDocument, _ index: Int, of envelope: InstanceEnvelope, raw: Span<UInt8>,
        _ hash: Digest<32>, _ now: Timestamp
    ) -> Event {
        let sentAt = document.first("sendtime").flatMap { Timestamp(vendor: document.text(at: $0)) }
        var event = Event(Self.type(of: document, envelope), at: sentAt ?? now, source: .callback)
        event.set(.tenant, to: tenant)
        // A notice without a guid is none of any account's; the source stands in, so that it is not lost.
        event.set(.account, to: envelope.guid.isEmpty ? source : accounts[envelope.guid] ?? envelope.guid)
        event.set(.sourceName, to: source)
        event.set(.raw, to: raw)
        if !envelope.guid.isEmpty { event.set(.guid, to: envelope.guid) }
        if !envelope.notifyType.isEmpty { event.set(.notifyType, to: envelope.notifyType) }
        event.take(document, by: InstanceElements.rows)
        event.takeInstanceMessage(document)
        event.takeQRCodeState(document)
        let key = Self.dedupeKey(of: event, index, envelope, isDated: sentAt != nil, hash, now)
        event.set(.dedupe, to: key.span)
        return event
    }

    private static func type(of document: borrowing InnerDocument, _ envelope: InstanceEnvelope) -> EventType {
        switch envelope.notifyType {
        case "11002": .accountQRCode
        case "11003": .accountLogin
        case "11004": .accountLogout
        // Clients disagree whether 11011, 1010 and 1011 are messages, so what the item has decides.
        case "11010", "11011", "11013", "1010", "1011":
            document.first("msgtype") == nil && document.first("contenttype") == nil
                ? .unknown : document.has("sendflag", "1") ? .messageSent : .messageReceived
        default: .unknown
        }
    }

    /// Messages have an id within their instance, or at least a place in its stream. The kind and the direction are part of
    /// the key because a revocation may name the message it takes back as its own; the number of the notice is not, since one
    /// message is announced by several.
    private static func dedupeKey(
        of event: borrowing Event, _ index: Int, _ envelope: InstanceEnvelope, isDated: Bool, _ hash: Digest<32>,
        _ now: Timestamp
    ) -> [UInt8] {
        for (kind, field) in [("instance", Field.messageID), ("instance-seq", .sequence)] where event.has(field) {
            var key = DedupeKey(kind)
            key.append(envelope.guid.utf8.span)
            key.append(event.value(of: .nativeKind))
            key.append(event.value(of: .fromMe))
            key.append(event.value(of: field))
            if !key.isTooLong { return key.bytes }
        }
        var key = DedupeKey(hash: hash).bytes
        if index > 0 { key.append(contentsOf: "#\(index)".utf8) }
        if !isDated {
            // Notices of states have neither id nor time: logging out twice a day makes the same bytes twice. So the time of
            // receipt is part of their key, as coarse as a sender's retry is late.
            key.append(contentsOf: "@\(now.milliseconds / retryWindow)".utf8)
        }
        return key
    }

    /// In milliseconds. A retry that falls into the next window makes an event twice, which a state bears; within a window
    /// the same state is hardly reached twice.
    private static let retryWindow: Int64 = 10_000
}
