// If-Match (RFC 9110, 13.1.1): an update that must not overwrite what its author has not seen. The ETag of a record is its version.

enum VersionCondition: Equatable, Sendable {
    /// Not sent: the update goes by what is there.
    case none
    /// `*`: whatever version, but there must be one.
    case any
    case one(of: [Int64])

    func holds(for version: Int64) -> Bool {
        switch self {
        case .none, .any: true
        case .one(let versions): versions.contains(version)
        }
    }

    static func tag(_ version: Int64) -> String { "\"\(version)\"" }

    init(_ field: String?) throws(Problem) {
        guard let field else {
            self = .none
            return
        }
        if field == "*" {
            self = .any
            return
        }
        var versions: [Int64] = []
        for part in field.split(separator: ",") {
            let tag = part.drop { $0 == " " || $0 == "\t" }
            let text = tag.reversed().drop { $0 == " " || $0 == "\t" }.reversed()
            let isWeak = tag.hasPrefix("W/")
            let quoted = String(isWeak ? text.dropFirst(2).map(\.self) : Array(text))
            guard quoted.count >= 2, quoted.hasPrefix("\""), quoted.hasSuffix("\""),
                !quoted.dropFirst().dropLast().contains("\"")
            else {
                throw Problem(.invalidHeader, "If-Match must be * or ETags as they were answered, such as \"3\".")
            }
            // A weak tag never matches here, and one that is not ours matches nothing.
            if !isWeak, let version = Int64(quoted.dropFirst().dropLast()) { versions.append(version) }
        }
        guard field.contains("\"") else {
            throw Problem(.invalidHeader, "If-Match must not be empty.")
        }
        self = .one(of: versions)
    }
}
