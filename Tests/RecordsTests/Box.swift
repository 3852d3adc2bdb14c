// A kind of record for tests: unique by its label, listed by colour.

import Audit
import Codec
import Records
import Redis

struct Box: Storable, Equatable {
    static let kind = "box"

    var id: String
    var createdAt: Int64 = 0
    var label: String
    var colour = "red"

    var uniqueNames: [RecordName] { [RecordName("label", label)] }
    var lists: [String] { ["all", "colour:" + colour] }

    var document: JSONValue {
        [
            "id": .string(id), "created_at": .number(JSONNumber(createdAt)), "label": .string(label),
            "colour": .string(colour),
        ]
    }

    init(_ id: String, _ label: String, colour: String = "red", createdAt: Int64 = 0) {
        self.id = id
        self.label = label
        self.colour = colour
        self.createdAt = createdAt
    }

    init?(document: JSONValue) {
        guard let id = document["id"]?.string, let createdAt = document["created_at"]?.integer,
            let label = document["label"]?.string, let colour = document["colour"]?.string
        else { return nil }
        self.init(id, label, colour: colour, createdAt: createdAt)
    }
}

extension RecordStore<Box> {
    convenience init(_ redis: RedisClient) throws { self.init(redis: redis, audit: try AuditLog(redis: redis)) }
}

let entry = AuditEntry("box.change", by: .system("test"), on: AuditObject("box", "b"))
