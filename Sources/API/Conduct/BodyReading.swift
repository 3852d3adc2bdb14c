// The body of a request, from bytes to a value that is as the endpoint wants it. Malformed JSON is a 400 with its place; what is
// well-formed but wrong is noted for the 422 that lists everything.

import Codec
import HTTP

extension Validator {
    /// Objects in objects in objects: deeper than any body of this API.
    private static let depthMax = 16

    /// Null for an endpoint without a body.
    mutating func read(bodyOf request: Request, for endpoint: Endpoint) throws(Problem) -> JSONValue {
        guard let schema = endpoint.body else {
            guard request.body.isEmpty else { throw Problem(.unexpectedBody, "Send no body with this request.") }
            return .null
        }
        guard request.body.count <= endpoint.bodyLimit else {
            throw Problem(.contentTooLarge, "The body may have \(endpoint.bodyLimit) bytes at most.")
        }
        guard let type = request.head.headers.first(.contentType).map(request.text), Self.isJSON(type) else {
            throw Problem(.unsupportedMediaType, "Send the body as Content-Type: application/json.")
        }
        let value: JSONValue
        do throws(CodecError) {
            value = try JSONValue(parsing: request.body.span, depthLimit: Self.depthMax)
        } catch {
            let (line, column) = Self.place(of: error.offset, in: request.body)
            throw Problem(
                .malformedJSON,
                "The body \(error.reason.rawValue) (line \(line), column \(column), byte \(error.offset)).")
        }
        check(value, .object(schema), at: "")
        return value
    }

    /// `application/json`, with parameters or without; a charset must be UTF-8, which JSON is in anyway.
    private static func isJSON(_ type: String) -> Bool {
        let parts = type.split(separator: ";", omittingEmptySubsequences: false).map { part in
            part.filter { $0 != " " && $0 != "\t" && $0 != "\"" }.lowercased()
        }
        guard parts.first == "application/json" else { return false }
        return parts.dropFirst().allSatisfy { !$0.hasPrefix("charset=") || $0 == "charset=utf-8" }
    }

    /// Both from 1; columns are counted in bytes.
    private static func place(of offset: Int, in body: [UInt8]) -> (line: Int, column: Int) {
        let before = body.prefix(offset)
        let line = 1 + before.count { $0 == UInt8(ascii: "\n") }
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return (line, offset - start + 1)
    }
}
