// What somebody else wrote, fit for a terminal: control and formatting characters could move the cursor or turn the text around.

enum Printable {
    /// As one line.
    static func line(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            if isPrinted(scalar) { line.unicodeScalars.append(scalar) } else { line += scalar.escaped(asASCII: true) }
        }
        return line
    }

    static func isPrinted(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
