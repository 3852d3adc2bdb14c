// How many terminal columns a character takes, so that a caret stands under the right one in a line with 中文 in it.

package enum DisplayWidth {
    /// Wide blocks of Unicode's EastAsianWidth.txt (W and F), merged where the gaps are unassigned; emoji at the end.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x25FD...0x25FE, 0x2614...0x2615,
        0x2648...0x2653, 0x26A1...0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26D4...0x26D4,
        0x2705...0x2705, 0x270A...0x270B, 0x2728...0x2728, 0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2757,
        0x2795...0x2797, 0x2B1B...0x2B1C, 0x2B50...0x2B50, 0x2B55...0x2B55, 0x2E80...0x303E, 0x3041...0x33FF,
        0x3400...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18AFF, 0x1AFF0...0x1B2FF, 0x1F004...0x1F004,
        0x1F0CF...0x1F0CF, 0x1F18E...0x1F19A, 0x1F200...0x1F320, 0x1F32D...0x1F64F, 0x1F680...0x1F6FF,
        0x1F7E0...0x1F7EB, 0x1F900...0x1FAFF, 0x20000...0x3FFFD,
    ]

    /// U+FE0F asks for the emoji form of the character before it, and that form is wide.
    private static let emojiSelector: Unicode.Scalar = "\u{FE0F}"

    package static func of(_ text: String) -> Int { text.reduce(0) { $0 + of($1) } }

    static func of(_ character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.value < 0x300 { return 1 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return isReplaced(first) ? 1 : 0
        default: break
        }
        if wide.contains(where: { $0.contains(first.value) }) { return 2 }
        return character.unicodeScalars.contains(emojiSelector) ? 2 : 1
    }

    /// The character as a terminal may show it: a control or direction character in a file must not reach the terminal,
    /// where it could move the cursor or hide what the line says.
    static func printable(_ character: Character) -> String {
        if character == "\t" { return "\t" }
        return character.unicodeScalars.contains(where: isReplaced) ? "\u{FFFD}" : String(character)
    }

    package static func printable(_ text: String) -> String { text.map(printable).joined() }

    private static func isReplaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: scalar.properties.isBidiControl
        default: false
        }
    }
}
