// Where a piece of the language stands. Only the lexer and the cursor make ranges, so whatever carries one came from a file,
// and a diagnostic cannot lack a place.

package struct SourceRange: Sendable {
    package let file: SourceFile
    package let bytes: Range<Int>

    init(file: SourceFile, bytes: Range<Int>) {
        self.file = file
        self.bytes = bytes
    }

    package var start: Position { file.position(of: bytes.lowerBound) }

    package var line: Int { file.lineNumber(of: bytes.lowerBound) }

    package var text: String { file.text(bytes) }

    /// The text as it may be shown: without secrets.
    package var shown: String { file.shownText(bytes) }

    /// `name:line:column`, as editors and terminals make it clickable.
    package var place: String {
        let start = start
        return "\(file.name):\(start.line):\(start.column)"
    }

    /// The range cut to so many bytes, of whole characters.
    package func head(_ count: Int) -> SourceRange {
        var end = min(bytes.upperBound, bytes.lowerBound + count)
        while end < bytes.upperBound, end > bytes.lowerBound, file.bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return SourceRange(file: file, bytes: bytes.lowerBound..<end)
    }

    /// From the start of this range to the end of `other`. A range never spans files; of two files, this one counts.
    package func through(_ other: SourceRange) -> SourceRange {
        guard other.file === file, other.bytes.upperBound >= bytes.lowerBound else { return self }
        return SourceRange(file: file, bytes: bytes.lowerBound..<other.bytes.upperBound)
    }
}

/// A value together with the place it was read from.
package struct Located<Value> {
    package var value: Value
    package var range: SourceRange

    package init(_ value: Value, at range: SourceRange) {
        self.value = value
        self.range = range
    }
}

extension Located: Sendable where Value: Sendable {}
