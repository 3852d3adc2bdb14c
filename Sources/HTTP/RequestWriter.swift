// Turns requests to one resource into bytes, for the client. Method, target and host are checked once, when the writer is made;
// what is left for each request is to append, which cannot fail.

import Codec

package struct RequestWriter: Equatable, Sendable {
    /// Request line and Host field.
    private let opening: [UInt8]
    private let sendsLength: Bool

    /// - Parameters:
    ///   - target: path and query, percent-encoded.
    ///   - authority: host and port as they stand in the URL, without a default port.
    package init(_ method: HTTPMethod, target: String, authority: String) throws(FieldFault) {
        guard method != .other, method != .connect else { throw .invalidMethod }
        let target = Array(target.utf8)
        let authority = Array(authority.utf8)
        guard Self.isOriginForm(target) else { throw .invalidTarget }
        guard Authority.isValid(authority.indices, of: authority.span) else { throw .invalidAuthority }
        var opening = Array("\(method.name) ".utf8)
        opening.append(contentsOf: target)
        opening.append(text: " HTTP/1.1\r\nhost: ")
        opening.append(contentsOf: authority)
        opening.append(text: "\r\n")
        self.opening = opening
        // RFC 9110 section 8.6: a method that expects content says so even when there is none.
        sendsLength = method == .post || method == .put || method == .patch
    }

    package func append(_ fields: FieldBlock, body: [UInt8], to output: inout [UInt8]) {
        output.reserveRoom(opening.count + fields.bytes.count + body.count + 40)
        output.append(contentsOf: opening)
        output.append(contentsOf: fields.bytes)
        if sendsLength || !body.isEmpty {
            output.append(text: "content-length: ")
            output.append(decimal: body.count)
            output.append(text: "\r\n")
        }
        output.append(text: "\r\n")
        output.append(contentsOf: body)
    }

    private static func isOriginForm(_ target: [UInt8]) -> Bool {
        guard target.first == UInt8(ascii: "/") else { return false }
        do throws(HTTPFault) {
            _ = try RequestTarget.read(target.indices, of: target.span, method: .get)
            return true
        } catch {
            return false
        }
    }
}
