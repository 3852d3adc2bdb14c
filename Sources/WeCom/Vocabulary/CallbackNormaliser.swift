// From the decrypted inner document of a WeCom callback to the event it reports (WECOM.md, 3): the step between the
// envelope and the stream. It never fails for what the document says: the sender has proved who it is, so what is not understood is kept as an event
// of type `unknown` and answered like any other, else the vendor would send it again and again.

package import Crypto
package import Events

/// What a normaliser reads documents into. Kept by whoever normalises, so that a document costs no memory of its own.
package struct DocumentMemory: Sendable {
    var builder = InnerDocument.Builder()

    package init() {}

    /// Whether `message` is a document; if not, there is nothing in it.
    fileprivate mutating func read(_ message: Span<UInt8>) -> Bool {
        do throws(InnerDocument.Fault) {
            try builder.read(message)
            return true
        } catch {
            return false
        }
    }
}

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

    /// Makes `event`, whatever it was, the one that `message` reports, but for its id, which its receiver gives it.
    /// - memory: what the document is read into; it serves one message after the other.
    /// - sha256: for the dedupe key of what has no id of its own.
    package func read(
        _ message: Span<UInt8>, into event: inout Event, _ memory: inout DocumentMemory, receivedAt now: Timestamp,
        _ sha256: inout SHA256
    ) throws(CryptoError) {
        let isUnderstood = memory.read(message)
        try read(message, isUnderstood: isUnderstood, as: memory.builder.document, into: &event, at: now, &sha256)
    }

    private func read(
        _ message: Span<UInt8>, isUnderstood: Bool, as document: borrowing InnerDocument, into event: inout Event,
        at now: Timestamp, _ sha256: inout SHA256
    ) throws(CryptoError) {
        let kind = DocumentKind(document)
        event.restart(kind.type, at: Self.time(of: document) ?? now, source: .callback)
        event.set(.tenant, to: tenant)
        event.set(.account, to: account)
        event.set(.sourceName, to: source)
        event.set(.raw, to: message, isUTF8: isUnderstood)
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
            key = DedupeKey(hash: try sha256.digest(message))
        }
        let bytes = key.bytes
        event.set(.dedupe, to: bytes.span, isUTF8: true)
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
