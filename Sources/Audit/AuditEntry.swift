// One entry of the audit log: who did what to which object, from where, and how it ended. What stands in `before` and `after` is
// masked when the entry is made (`AuditMask.swift`), so no secret ever reaches the log.

package import Codec

/// Who did it.
package struct AuditActor: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case user, key, system, anonymous
    }

    package let kind: Kind
    /// Nil unless the actor is known: what somebody claims to be stands in `name` only.
    package let id: String?
    package let name: String

    package init(_ kind: Kind, id: String?, name: String) {
        self.kind = kind
        self.id = id
        self.name = AuditEntry.bounded(name)
    }

    /// Weir itself: `configuration`, `retention`.
    package static func system(_ name: String) -> AuditActor { AuditActor(.system, id: name, name: name) }

    /// Somebody who has not shown who they are.
    package static func anonymous(claiming name: String = "") -> AuditActor {
        AuditActor(.anonymous, id: nil, name: name)
    }
}

package struct AuditObject: Equatable, Sendable {
    /// `tenant`, `user`, `api-key`.
    package let kind: String
    package let id: String

    package init(_ kind: String, _ id: String) {
        self.kind = kind
        self.id = id
    }
}

package enum AuditOutcome: String, CaseIterable, Sendable {
    case allowed, denied, failed
}

package struct AuditEntry: Equatable, Sendable {
    package let actor: AuditActor
    /// The id of the tenant whose matter it is; nil: the platform's.
    package let tenant: String?
    /// `tenant.update`, `session.create`: kind and verb.
    package let action: String
    package let object: AuditObject?
    /// Where the request came from.
    package let address: String?
    package let requestID: String?
    package let outcome: AuditOutcome
    /// The code of the problem that was answered, unless it was allowed.
    package let code: String?
    package let before: JSONValue?
    package let after: JSONValue?

    /// - Parameters:
    ///   - before: the object as it was; masked here.
    ///   - after: the object as it is now. With both, only the members that differ are kept.
    package init(
        _ action: String, by actor: AuditActor, on object: AuditObject? = nil, tenant: String? = nil,
        outcome: AuditOutcome = .allowed, code: String? = nil, address: String? = nil, requestID: String? = nil,
        before: JSONValue? = nil, after: JSONValue? = nil
    ) {
        self.actor = actor
        self.tenant = tenant
        self.action = action
        self.object = object
        self.address = address
        self.requestID = requestID
        self.outcome = outcome
        self.code = code
        let (before, after) = AuditMask.difference(before, after)
        self.before = before.map(AuditMask.masked)
        self.after = after.map(AuditMask.masked)
    }

    private static let textBytesMax = 128

    /// What a stranger typed is kept, but not at any length.
    static func bounded(_ text: String) -> String {
        guard text.utf8.count > textBytesMax else { return text }
        var kept = ""
        for character in text where kept.utf8.count + character.utf8.count <= textBytesMax { kept.append(character) }
        return kept + "…"
    }
}

// MARK: - The text that is hashed

extension AuditEntry {
    /// Always written the same way: these bytes are what the chain hashes and the stream keeps.
    package var document: [UInt8] {
        var json = JSONWriter()
        func text(_ key: String, _ value: String?) {
            guard let value else { return }
            json.key(key)
            json.string(value)
        }
        json.beginObject()
        json.key("actor")
        json.beginObject()
        text("kind", actor.kind.rawValue)
        text("id", actor.id)
        text("name", actor.name)
        json.endObject()
        text("tenant_id", tenant)
        text("action", action)
        if let object {
            json.key("object")
            json.beginObject()
            text("kind", object.kind)
            text("id", object.id)
            json.endObject()
        }
        text("address", address)
        text("request_id", requestID)
        text("outcome", outcome.rawValue)
        text("code", code)
        for (key, value) in [("before", before), ("after", after)] {
            guard let value else { continue }
            json.key(key)
            value.write(to: &json)
        }
        json.endObject()
        return json.bytes
    }

    /// Nil when the bytes are no entry of ours.
    package init?(document: Span<UInt8>) {
        guard let value = try? JSONValue(parsing: document),
            let kind = value["actor"]?["kind"]?.string.flatMap(AuditActor.Kind.init),
            let action = value["action"]?.string,
            let outcome = value["outcome"]?.string.flatMap(AuditOutcome.init)
        else { return nil }
        actor = AuditActor(kind, id: value["actor"]?["id"]?.string, name: value["actor"]?["name"]?.string ?? "")
        tenant = value["tenant_id"]?.string
        self.action = action
        object = value["object"].flatMap { object in
            guard let kind = object["kind"]?.string, let id = object["id"]?.string else { return nil }
            return AuditObject(kind, id)
        }
        address = value["address"]?.string
        requestID = value["request_id"]?.string
        self.outcome = outcome
        code = value["code"]?.string
        before = value["before"]
        after = value["after"]
    }
}
