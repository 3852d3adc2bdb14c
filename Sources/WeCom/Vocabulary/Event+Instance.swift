// What a member-by-member table cannot say about an instance provider's notices.

import Codec
import Events

extension Event {
    mutating func takeInstanceMessage(_ document: borrowing InnerDocument) {
        guard type == .messageReceived || type == .messageSent else { return }
        takeKind(document)
        set(.fromMe, to: type == .messageSent)
        takeID(document, "id", as: .messageID)
        takeID(document, "msgid", as: .messageID)
        takeID(document, "seq", as: .sequence)
        takeID(document, "receiver", as: .to)
        takeID(document, "receiverid", as: .to)
        takeID(document, "referid", as: .replyTo)
        takeID(document, "roomid", as: .room)
        takeID(document, "fromroomid", as: .room)
        set(.chatType, to: has(.room) ? "group" : "single")
        // Of other kinds `content` is markup, or a preview in base64.
        if ["text", "mixed", "system"].contains(text(of: .kind)), let index = document.first("content") {
            set(.text, to: document.text(at: index))
        }
        if let mentioned = text(of: .atList)?.split(separator: ",") {
            // 0 stands for everybody.
            set(.atMe, to: mentioned.contains { $0 == "0" || String($0) == text(of: .to) })
        }
        setInstanceConversation(document)
    }

    /// `R:` and a group's id, or `S:` and the other person's: the form in which the provider wants it back for a reply.
    private mutating func setInstanceConversation(_ document: borrowing InnerDocument) {
        if let index = document.first("conversationid") {
            set(.conversation, to: document.text(at: index))
        } else if let room = text(of: .room) {
            set(.conversation, to: room.hasPrefix("R:") ? room : "R:\(room)")
        } else if let other = text(of: type == .messageSent ? .to : .from) {
            set(.conversation, to: other.hasPrefix("S:") ? other : "S:\(other)")
        }
    }

    mutating func takeQRCodeState(_ document: borrowing InnerDocument) {
        guard type == .accountQRCode, let index = document.first("status") else { return }
        let state =
            switch String(copying: document.text(at: index)) {
            case "0": "waiting"
            // 5 to 8 are the same states reached with WeChat; the number tells them apart.
            case "1", "5": "scanned"
            case "2", "6": "confirmed"
            case "3", "7": "failed"
            case "4", "8": "refused"
            case "9": "authorised"
            case "10": "verify"
            default: "other"
            }
        set(.status, to: state)
    }

    /// An id that is 0 is none.
    private mutating func takeID(_ document: borrowing InnerDocument, _ path: String, as field: Field) {
        guard !has(field), !document.has(path, "0"), let index = document.first(path) else { return }
        set(field, to: document.text(at: index))
    }

    private mutating func takeKind(_ document: borrowing InnerDocument) {
        var kind: String?
        if let index = document.first("msgtype") {
            kind = VendorKinds.instanceNumbers[document.text(at: index)]
            set(.nativeKind, to: document.text(at: index))
        } else if let index = document.first("contenttype") {
            kind = VendorKinds.instanceContentNumbers[document.text(at: index)]
            set(.nativeKind, to: document.text(at: index))
        }
        set(.kind, to: kind ?? "other")
    }
}
