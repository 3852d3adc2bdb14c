// The plain-HTTP port: it leads to the public listener and does nothing else. A callback is never taken here, since it would
// have crossed the network in the clear.

package import HTTP

package final class RedirectHandler: RequestHandler {
    /// `https://host:port` of the public listener as the world knows it; nil when only the client's Host field tells the host.
    /// Replaced at a reload.
    package var base: String?
    private let port: UInt16

    package init(base: String?, port: UInt16) {
        self.base = base
        self.port = port
    }

    package func respond(to request: Request) async -> Response {
        guard let base = base ?? Self.base(of: request, port: port) else {
            return ProblemDocument(
                .badRequest, code: "missing_host",
                detail: "Use https; without a Host field there is nowhere to lead to."
            ).response
        }
        let query = request.head.target.query.map { "?" + request.text($0) } ?? ""
        var fields = FieldBlock()
        do throws(FieldFault) {
            try fields.add(.location, base + (request.path.isEmpty ? "/" : request.path) + query)
        } catch {
            return ProblemDocument(.badRequest, code: "invalid_target", detail: "\(error)").response
        }
        // 308 keeps the method: a POST stays one.
        return Response(.permanentRedirect, fields: fields)
    }

    private static func base(of request: Request, port: UInt16) -> String? {
        guard let authority = request.head.authority.map(request.text), !authority.isEmpty else { return nil }
        let end = authority.lastIndex(of: ":").flatMap { authority.hasSuffix("]") ? nil : $0 } ?? authority.endIndex
        return "https://\(authority[..<end])" + (port == 443 ? "" : ":\(port)")
    }
}
