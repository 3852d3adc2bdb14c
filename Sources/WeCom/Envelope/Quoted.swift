// Bytes of a stranger inside a message for people: quoted, cut, and without control characters, so that a log line or a
// terminal cannot be played with. Only ever used once something has failed.

enum Quoted {
    /// Long enough for every id of WeCom (64 bytes), short enough for one line.
    static let byteCountMax = 80

    static func bytes(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(byteCountMax), as: UTF8.self)
        let escaped = text.unicodeScalars.map { isPlain($0) ? String($0) : $0.escaped(asASCII: true) }.joined()
        return "'\(escaped)'" + (bytes.count > byteCountMax ? "… (\(bytes.count) bytes)" : "")
    }

    static func scalar(_ scalar: Unicode.Scalar) -> String {
        "'\(isPlain(scalar) ? String(scalar) : scalar.escaped(asASCII: true))'"
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
