import Codec
import Events

extension Event {
    /// An event out of a case's JSON; what is wrong with it is the case's mistake, so nothing here is forgiven.
    init(sample: [UInt8]) throws {
        let record = try JSONValue(parsing: sample.span)
        guard let type = record["type"]?.string.flatMap({ EventType(name: $0) }) else { throw SampleFault(key: "type") }
        let time = record["time"]?.string.flatMap { Timestamp(rfc3339: $0) }
        self.init(type, at: time ?? .epoch, source: .callback)
        for member in record.object ?? [] where !["content", "type", "time"].contains(member.key) {
            try set(member.key, to: member.value)
        }
        for member in record["content"]?.object ?? [] { try set("content." + member.key, to: member.value) }
    }

    private mutating func set(_ key: String, to value: JSONValue) throws {
        let text = value.string ?? String(decoding: value.bytes, as: UTF8.self)
        guard let field = Field(name: key), set(field, to: text) else { throw SampleFault(key: key) }
    }
}

struct SampleFault: Error {
    var key: String
}
