// What the audit log does not keep: secrets. The entry says that one changed, not what it was or is.

package import Codec

package enum AuditMask {
    package static let mask = "***"
    /// A member whose name contains one of these, in any case, is masked with all that it holds.
    private static let secretNames = [
        "password", "passwd", "secret", "token", "aes_key", "aeskey", "apikey", "api_key", "private_key", "credential",
        "authorization", "cookie", "signature",
    ]
    /// A document above this is a mistake or an attack, and the log is kept for months.
    private static let documentBytesMax = 16 * 1024

    /// The value without secrets: of members with such a name, and of what can be a key in a URL.
    package static func masked(_ value: JSONValue) -> JSONValue {
        let masked = masking(value)
        let size = masked.bytes.count
        guard size > documentBytesMax else { return masked }
        return ["omitted_bytes": .number(JSONNumber(size))]
    }

    private static func masking(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(
                members.map { member in
                    JSONValue.Member(
                        member.key, isSecret(member.key) ? hidden(member.value) : masking(member.value))
                })
        case .array(let elements): .array(elements.map(masking))
        case .string(let text): .string(URLMask.masked(text, by: mask))
        default: value
        }
    }

    /// That there is none is no secret.
    private static func hidden(_ value: JSONValue) -> JSONValue { value == .null ? .null : .string(mask) }

    private static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return secretNames.contains { name.contains($0) }
    }

    /// The members of two objects that differ; anything else as it is.
    package static func difference(_ before: JSONValue?, _ after: JSONValue?) -> (JSONValue?, JSONValue?) {
        guard let before, let after, let old = before.object, let new = after.object else { return (before, after) }
        return (
            .object(old.filter { after[$0.key] != $0.value }), .object(new.filter { before[$0.key] != $0.value })
        )
    }
}
