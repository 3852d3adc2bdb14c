// What an element-by-element table cannot say about WeCom's events: values that are made of several elements, or whose
// meaning depends on another.

import Codec
import Events

extension Event {
    mutating func takeChangeType(_ document: borrowing InnerDocument) {
        guard type != .messageReceived, let index = document.first("changetype") else { return }
        let change = document.text(at: index)
        set(.changeType, to: VendorEvents.correction(of: change) ?? String(copying: change))
        guard type == .schoolChanged, let index = document.first("id") else { return }
        let id = document.text(at: index)
        switch text(of: .changeType)?.split(separator: "_").last {
        case "student": set(.studentID, to: id)
        case "department": set(.departmentID, to: id)
        // Only parents subscribe.
        case "parent", "subscribe", "unsubscribe": set(.parentUserID, to: id)
        default: break
        }
    }

    /// What was chosen on a card: `question=option,option;question=option`, in the document's order.
    mutating func takeSelections(_ document: borrowing InnerDocument) {
        guard type == .appInteraction || type == .botEvent else { return }
        var items: [(question: String, options: [String])] = []
        var indexByNode: [Int: Int] = [:]
        func item(of node: Int) -> Int {
            if let index = indexByNode[node] { return index }
            indexByNode[node] = items.count
            items.append(("", []))
            return items.count - 1
        }
        for index in document.leaves.indices {
            let node = document.leaves[index].parent
            if document.path(at: index).hasSuffix("selecteditems/selecteditem/questionkey") {
                items[item(of: node)].question = String(copying: document.text(at: index))
            } else if document.path(at: index).hasSuffix("selecteditems/selecteditem/optionids/optionid") {
                items[item(of: document.parent(of: node))].options.append(String(copying: document.text(at: index)))
            }
        }
        guard !items.isEmpty else { return }
        let choices = items.map { "\($0.question)=\($0.options.joined(separator: ","))" }
        set(.selections, to: choices.joined(separator: ";"))
    }

    /// A bot hears of a group's messages only when it is mentioned in them.
    mutating func setMention() {
        guard type == .messageReceived, has(.botID), text(of: .chatType) == "group" else { return }
        set(.atMe, to: true)
    }

    /// The chat an event belongs to: a group's id, else the other person's.
    mutating func setConversation() {
        let field: Field
        switch type {
        case .messageReceived, .botEvent, .appInteraction: field = has(.room) ? .room : .from
        case .customerChanged: field = .externalUserID
        case .customerGroupChanged: field = .chatID
        case .serviceNotified: field = .serviceAccount
        default: return
        }
        let id = bytes(of: field)
        // `sys` is who causes what nobody causes.
        guard !id.isEmpty, !ASCII.equal(id.span, "sys".utf8.span) else { return }
        set(.conversation, to: id.span, isUTF8: true)
    }
}

extension Span where Element == UInt8 {
    fileprivate func hasSuffix(_ suffix: String) -> Bool {
        let size = suffix.utf8.count
        return count >= size && ASCII.equal(extracting((count - size)..<count), suffix.utf8.span)
    }
}
