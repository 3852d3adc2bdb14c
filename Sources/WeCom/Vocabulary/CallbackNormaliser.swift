// From the decrypted inner document of a WeCom callback to the event it reports (WECOM.md, 3): the step between the
// envelope and the stream. It never fails for what the document says: the sender has proved who it is, so what is not understood is kept as an event
// of type `unknown` and answered like any other, else the vendor would send it again and again.

package import Crypto
package import Events

package struct CallbackNormaliser: Sendable {
    private let tenant: String
    private let account: String
    private let source: String

    /// - account: the account that the source's events belong to.
    /// - source: the configured name of the source.
    package init(tenant: String, account: String, source: String) {
        self.tenant = tenant
        self.account = account
        self.source = source
    }

    /// The event, but for its id, which its receiver gives it.
    /// - hash: SHA-256, asked for the dedupe key of what has no id of its own.
    package func event(
        from message: Span<UInt8>, receivedAt now: Timestamp,
        hash: (Span<UInt8>) throws(CryptoError) -> Digest<32>
    ) throws(CryptoError) -> Event {
        let understood = try? InnerDocument(message)
        let document = understood ?? InnerDocument()
        let kind = DocumentKind(document)
        var event = Event(kind.type, at: Self.time(of: document) ?? now, source: .callback)
        event.set(.tenant, to: tenant)
        event.set(.account, to: account)
        event.set(.sourceName, to: source)
        event.set(.raw, to: message, isUTF8: understood != nil)
        if let name = kind.eventName { event.set(.event, to: name) }
        if let kind = kind.messageKind { event.set(.kind, to: kind) }
        event.takeChangeType(document)
        event.take(document, by: VendorElements.rows)
        event.takeSelections(document)
        event.setMention()
        event.setConversation()
        let key: DedupeKey
        if let messageKey = Self.messageKey(of: event, document) {
            key = messageKey
        } else {
            key = DedupeKey(hash: try hash(message))
        }
        let bytes = key.bytes
        event.set(.dedupe, to: bytes.span, isUTF8: true)
        return event
    }

    /// Documents of bots' messages have no time.
    private static func time(of document: borrowing InnerDocument) -> Timestamp? {
        guard let index = document.first("createtime") ?? document.first("timestamp") else { return nil }
        return Timestamp(vendor: document.text(at: index))
    }

    /// Messages, and all that a bot reports, have an id of their own.
    private static func messageKey(of event: borrowing Event, _ document: borrowing InnerDocument) -> DedupeKey? {
        guard event.has(.messageID) else { return nil }
        var key = DedupeKey("message")
        key.append(event.value(of: .corpID))
        key.append(event.value(of: .agentID))
        key.append(event.value(of: .botID))
        key.append(event.value(of: .from))
        if let index = document.first("createtime") { key.append(document.text(at: index)) } else { key.append(nil) }
        key.append(event.value(of: .messageID))
        return key.isTooLong ? nil : key
    }
}
