// The stable names of what can go wrong (`code` of a problem document), each with its status and its meaning. Those of one
// resource stand beside its endpoints; these can meet every request.

package import HTTP

package struct ProblemCode: Hashable, Sendable {
    package let name: String
    package let status: HTTPStatus
    /// For the documentation.
    package let meaning: String

    package init(_ name: String, _ status: HTTPStatus, _ meaning: String) {
        self.name = name
        self.status = status
        self.meaning = meaning
    }
}

extension ProblemCode {
    // What is asked for
    package static let notFound = ProblemCode(
        "not_found", .notFound, "There is no such resource, or it belongs to somebody else.")
    package static let methodNotAllowed = ProblemCode(
        "method_not_allowed", .methodNotAllowed, "The path does not have this method; Allow lists those it has.")
    package static let notAcceptable = ProblemCode(
        "not_acceptable", .notAcceptable, "Accept does not include the media type of the answer.")
    // Who asks
    package static let unauthenticated = ProblemCode(
        "unauthenticated", .unauthorized, "Credentials are missing or not valid any more.")
    package static let tokenExpired = ProblemCode(
        "token_expired", .unauthorized, "The access token has expired; the refresh token gets another.")
    package static let permissionMissing = ProblemCode(
        "permission_missing", .forbidden, "The role or the scopes of the key do not include the permission.")
    package static let passwordChangeRequired = ProblemCode(
        "password_change_required", .forbidden, "The one-time password must be changed first.")
    // What is sent
    package static let malformedJSON = ProblemCode(
        "malformed_json", .badRequest, "The body is not one JSON document in UTF-8, or has a key twice.")
    package static let unexpectedBody = ProblemCode(
        "unexpected_body", .badRequest, "The request has a body, and this one takes none.")
    package static let invalidHeader = ProblemCode(
        "invalid_header", .badRequest, "A header field is not written as it must be.")
    package static let targetTooLong = ProblemCode(
        "target-too-long", .uriTooLong, "Path and query are longer than any that Weir reads.")
    package static let headTooLarge = ProblemCode(
        "head-too-large", .headerFieldsTooLarge, "The header fields are larger than any that Weir reads.")
    package static let contentTooLarge = ProblemCode(
        "content-too-large", .contentTooLarge, "The body is larger than any that is accepted here.")
    package static let unsupportedMediaType = ProblemCode(
        "unsupported_media_type", .unsupportedMediaType, "Content-Type is not application/json.")
    package static let validationFailed = ProblemCode(
        "validation_failed", .unprocessableContent, "Members or parameters are wrong; `errors` lists all of them.")
    // When it is sent again, or somebody was faster
    package static let idempotencyKeyReused = ProblemCode(
        "idempotency_key_reused", .unprocessableContent, "The Idempotency-Key was used for another request.")
    package static let idempotencyInProgress = ProblemCode(
        "idempotency_in_progress", .conflict, "The first request with this Idempotency-Key is not answered yet.")
    package static let idempotencyAnswerLost = ProblemCode(
        "idempotency_answer_lost", .conflict,
        "The request with this Idempotency-Key was done, but its answer went with a former master key.")
    package static let nameTaken = ProblemCode(
        "name_taken", .conflict, "Another object has this name; `errors` says which.")
    package static let versionMismatch = ProblemCode(
        "version_mismatch", .preconditionFailed, "The object is not in the version that If-Match names.")
    package static let changedMeanwhile = ProblemCode(
        "changed_meanwhile", .conflict, "Somebody changed the object at the same time; ask again.")
    // What Weir cannot do now
    package static let rateLimited = ProblemCode(
        "rate_limited", .tooManyRequests, "Too many requests; Retry-After says when to come again.")
    package static let unavailable = ProblemCode(
        "unavailable", .serviceUnavailable, "Redis cannot be reached; nothing was changed, or the answer was lost.")
    package static let internalError = ProblemCode(
        "internal_error", .internalServerError, "Weir is at fault; its log has the request id.")
}
