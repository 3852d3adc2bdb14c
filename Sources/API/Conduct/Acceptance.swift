// Accept (RFC 9110, 12.5.1): whether the one media type that an endpoint answers with will do. Problems are sent whatever it says.

import HTTP

enum Acceptance {
    static func accepts(_ endpoint: Endpoint, _ request: Request) -> Bool {
        guard let range = request.head.headers.first(.accept) else { return true }
        if request.bytes.extracting(range).isAnything { return true }
        return accepts(request.text(range), endpoint.mediaType)
    }

    /// - Parameter type: without parameters.
    static func accepts(_ field: String, _ type: String) -> Bool {
        let family = type.prefix { $0 != "/" } + "/*"
        // The most specific range decides, so one that is refused by name is not saved by `*/*`.
        var best: (rank: Int, isWanted: Bool)?
        for part in field.split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard let range = words.first else { continue }
            let rank = range == type ? 3 : range == family ? 2 : range == "*/*" ? 1 : 0
            guard rank > best?.rank ?? 0 else { continue }
            let quality = words.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
            best = (rank, quality.map { (Double($0) ?? 1) > 0 } ?? true)
        }
        return best?.isWanted ?? field.allSatisfy { $0 == " " || $0 == "\t" }
    }
}

extension Span<UInt8> {
    fileprivate var isAnything: Bool {
        count == 3 && self[0] == UInt8(ascii: "*") && self[1] == UInt8(ascii: "/") && self[2] == UInt8(ascii: "*")
    }
}

extension Endpoint {
    /// Of its answer, without parameters.
    var mediaType: String {
        for answer in answers {
            if case .text(let type) = answer.content { return String(type.text.prefix { $0 != ";" }) }
        }
        return "application/json"
    }
}
