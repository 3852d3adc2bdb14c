// What a handler answers. The pipeline adds what every answer has.

package import Codec
package import HTTP

package struct Reply: Sendable {
    package let status: HTTPStatus
    package let type: ContentType?
    package let body: [UInt8]
    /// Of the object that is answered: its ETag.
    package var version: Int64?
    /// The path of what was made.
    package var location: String?
    /// Whether clients and proxies may keep it. No answer about data may be kept.
    package var isCacheable = false
    /// Whether it was given before, to the same request.
    var isReplayed = false

    package init(_ status: HTTPStatus, _ type: ContentType?, _ body: [UInt8], version: Int64? = nil) {
        self.status = status
        self.type = type
        self.body = body
        self.version = version
    }

    package static func ok(_ value: JSONValue, version: Int64? = nil) -> Reply {
        Reply(.ok, .json, value.bytes, version: version)
    }

    package static func created(_ value: JSONValue, at location: String, version: Int64? = nil) -> Reply {
        var reply = Reply(.created, .json, value.bytes, version: version)
        reply.location = location
        return reply
    }

    package static func accepted(_ value: JSONValue) -> Reply { Reply(.accepted, .json, value.bytes) }

    package static let noContent = Reply(.noContent, nil, [])

    /// One page of a list, as `ObjectSchema.page` describes it.
    package static func page(_ member: String, _ elements: [JSONValue], total: Int64, of call: APICall) -> Reply {
        let page: JSONValue = [
            "total": .number(JSONNumber(total)), "page": .number(JSONNumber(call.page)),
            "size": .number(JSONNumber(call.size)),
        ]
        return .ok(.object([.init(member, .array(elements))] + (page.object ?? [])))
    }
}
