// What a request is answered with when all goes well.

package import HTTP

package struct AnswerForm: Sendable {
    package enum Content: Sendable {
        case none
        case object(ObjectSchema)
        /// Text that is no JSON.
        case text(ContentType)
        /// JSON that somebody else defines.
        case anyObject
    }

    package let status: HTTPStatus
    package let content: Content
    package let meaning: String
    /// Whether it has an ETag, which If-Match of an update can name.
    package let hasVersion: Bool
    package let hasLocation: Bool

    package static func ok(
        _ object: ObjectSchema, _ meaning: String, hasVersion: Bool = false
    ) -> AnswerForm {
        AnswerForm(status: .ok, content: .object(object), meaning: meaning, hasVersion: hasVersion, hasLocation: false)
    }

    package static func ok(_ content: Content, _ meaning: String) -> AnswerForm {
        AnswerForm(status: .ok, content: content, meaning: meaning, hasVersion: false, hasLocation: false)
    }

    package static func created(_ object: ObjectSchema, _ meaning: String, hasVersion: Bool = true) -> AnswerForm {
        AnswerForm(
            status: .created, content: .object(object), meaning: meaning, hasVersion: hasVersion, hasLocation: true)
    }

    package static func accepted(_ object: ObjectSchema, _ meaning: String) -> AnswerForm {
        AnswerForm(
            status: .accepted, content: .object(object), meaning: meaning, hasVersion: false, hasLocation: false)
    }

    package static func noContent(_ meaning: String) -> AnswerForm {
        AnswerForm(status: .noContent, content: .none, meaning: meaning, hasVersion: false, hasLocation: false)
    }
}
