// Bytes of a stranger inside a message for people: quoted, cut, and without control characters, so that a log line or a
// terminal cannot be played with. Only ever used once something has failed.

package enum Quoted {
    /// Long enough for every id of WeCom (64 bytes), short enough for one line.
    static let byteCountMax = 80

    /// As much of a stranger's bytes as a message will show. To keep it costs the same however many there were.
    package struct Excerpt: Equatable, Sendable {
        let start: [UInt8]
        let byteCount: Int

        init(_ bytes: ArraySlice<UInt8>) {
            start = Array(bytes.prefix(byteCountMax))
            byteCount = bytes.count
        }
    }

    static func bytes(_ bytes: [UInt8]) -> String { Excerpt(bytes[...]).description }

    static func scalar(_ scalar: Unicode.Scalar) -> String {
        "'\(isPlain(scalar) ? String(scalar) : scalar.escaped(asASCII: true))'"
    }

    fileprivate static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

extension Quoted.Excerpt: CustomStringConvertible {
    package var description: String {
        let text = String(decoding: start, as: UTF8.self)
        let escaped = text.unicodeScalars.map { Quoted.isPlain($0) ? String($0) : $0.escaped(asASCII: true) }.joined()
        return "'\(escaped)'" + (byteCount > start.count ? "… (\(byteCount) bytes)" : "")
    }
}
