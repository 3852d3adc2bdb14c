// What an inner document reports, told from the few elements that say so (WECOM.md, 3.1, 3.3, 3.7).

import Codec
import Events

struct DocumentKind {
    private(set) var type = EventType.unknown
    /// The vendor's name of the event, in the spelling of the table; as received if it is in no table.
    private(set) var eventName: String?
    /// The kind of a message, a word of `content.kind`.
    private(set) var messageKind: String?

    init(_ document: borrowing InnerDocument) {
        if let index = document.first("infotype") {
            takeEvent(document.text(at: index), from: VendorEvents.suite)
        } else if document.first("aibotid") != nil {
            takeBot(document)
        } else if let index = document.first("event"),
            document.has("msgtype", "event") || document.first("msgtype") == nil
        {
            takeEvent(document.text(at: index), from: VendorEvents.corporate)
        } else {
            takeMessage(document)
        }
    }

    private mutating func takeBot(_ document: borrowing InnerDocument) {
        if document.has("msgtype", "stream") {
            // Not a message: the client asks for the rest of an answer, again and again.
            type = .botEvent
            eventName = "stream"
        } else if let index = document.first("event/eventtype") {
            takeEvent(document.text(at: index), from: VendorEvents.bot)
        } else {
            takeMessage(document)
        }
    }

    private mutating func takeMessage(_ document: borrowing InnerDocument) {
        guard let index = document.first("msgtype") else { return }
        if let kind = VendorKinds.names[FoldedName.fold(document.text(at: index)).span] {
            type = .messageReceived
            messageKind = kind
        } else if document.first("msgid") != nil, !document.has("msgtype", "event") {
            // A kind of message that is newer than this version is still a message.
            type = .messageReceived
            messageKind = "other"
        }
    }

    private mutating func takeEvent(_ name: Span<UInt8>, from table: NameTable<VendorEvents.Row>) {
        let row = table[FoldedName.fold(name).span]
        type = row?.type ?? .unknown
        eventName = row?.name ?? String(copying: name)
    }
}

/// The vendors' words and numbers for kinds of messages.
enum VendorKinds {
    /// `MsgType` of WeCom (WECOM.md, 3.2, 3.3), folded.
    static let names = NameTable([
        ("text", "text"), ("image", "image"), ("voice", "voice"), ("video", "video"), ("file", "file"),
        ("location", "location"), ("link", "link"), ("mixed", "mixed"), ("markdown", "markdown"),
        ("miniprogram", "mini_program"), ("gif", "gif"), ("businesscard", "card"), ("channels", "channel"),
        ("mergedmsg", "merged"),
    ])

    /// `msg_type` of instances (WECOM.md, 7.2).
    static let instanceNumbers = NameTable([
        ("1", "revoke"), ("2", "text"), ("3", "location"), ("4", "link"), ("5", "image"), ("6", "voice"),
        ("7", "video"), ("8", "file"), ("9", "red_packet"), ("10", "gif"), ("11", "card"), ("12", "mini_program"),
        ("13", "mixed"), ("14", "channel"), ("15", "app_card"), ("16", "merged"), ("1011", "system"),
        ("1012", "read_report"),
    ])

    /// `content_type` of instances, a different number: asked when there is no `msg_type`.
    static let instanceContentNumbers = NameTable([
        ("2", "text"), ("6", "location"), ("104", "gif"), ("2001", "system"),
    ])
}
