// The text of one rule file or of weir.conf, with what a diagnostic needs to point into it.
// Everything that reads the language starts here: SourceFile → Lexer → Cursor → a parser.

import Synchronization

/// A file of the language. A class, because a file has an identity: every range of a token refers to it.
package final class SourceFile: Sendable {
    /// The largest file Weir reads, in bytes: far above any file written by hand, and a bound on what a check may cost.
    package static let sizeLimit = 4 << 20

    /// The longest line, in bytes: columns are counted from the start of a line, for each finding.
    static let lineLimit = 64 << 10

    /// The path as the user gave it; diagnostics begin with it.
    package let name: String
    package let bytes: [UInt8]
    /// The offset of the first byte of every line.
    private let lineStarts: [Int]
    /// Where the first byte lies that is not UTF-8; nil in a sound file.
    let invalidOffset: Int?
    /// What diagnostics show as `••••`: secrets. Whoever reads one hides it, whatever is said about its line by others.
    private let hidden = Mutex<[Range<Int>]>([])

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(offset + 1)
        }
        lineStarts = starts
        invalidOffset = Self.firstInvalidOffset(in: bytes)
    }

    package convenience init(name: String, text: String) {
        self.init(name: name, bytes: Array(text.utf8))
    }

    /// The source text of a range of bytes; bytes that are not UTF-8 show as U+FFFD.
    package func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range.clamped(to: bytes.indices)], as: UTF8.self)
    }

    /// The whole text as it may be shown, without the secrets in it.
    package var shown: String { shownText(0..<bytes.count) }

    /// Ranges come in nearly the order of the file, so that keeping them in order costs little.
    func hide(_ range: Range<Int>) {
        hidden.withLock { hidden in
            var place = hidden.count
            while place > 0, hidden[place - 1].lowerBound > range.lowerBound { place -= 1 }
            hidden.insert(range, at: place)
        }
    }

    /// What is hidden of the lines that a range lies in; nothing hidden goes over the end of a line.
    private func hidden(around range: Range<Int>) -> [Range<Int>] {
        let start = lineRange(around: range.lowerBound).lowerBound
        return hidden.withLock { hidden in
            var low = 0
            var high = hidden.count
            while low < high {
                let middle = (low + high) / 2
                if hidden[middle].lowerBound < start { low = middle + 1 } else { high = middle }
            }
            return Array(hidden[low...].prefix { $0.lowerBound < range.upperBound })
        }
    }

    /// As `text`, without what is hidden. Always as many dots, so that they do not tell the length.
    func shownText(_ range: Range<Int>) -> String {
        var shown = ""
        var start = range.lowerBound
        for secret in hidden(around: range) {
            let cut = secret.clamped(to: start..<max(start, range.upperBound))
            guard !cut.isEmpty else { continue }
            shown += text(start..<cut.lowerBound) + "••••"
            start = cut.upperBound
        }
        return shown + text(start..<max(start, range.upperBound))
    }

    /// Line and column of a byte, both counted from 1; the column counts characters, not bytes.
    package func position(of offset: Int) -> Position {
        let offset = min(max(offset, 0), bytes.count)
        let line = lineIndex(of: offset)
        return Position(line: line + 1, column: text(lineStarts[line]..<offset).count + 1)
    }

    /// The bytes of the line that holds `offset`, without its line end.
    func lineRange(around offset: Int) -> Range<Int> {
        let line = lineIndex(of: min(max(offset, 0), bytes.count))
        let start = lineStarts[line]
        var end = line + 1 < lineStarts.count ? lineStarts[line + 1] - 1 : bytes.count
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return start..<end
    }

    private func lineIndex(of offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }

    /// The start of the first line that is longer than `lineLimit`.
    var overlongLine: Int? {
        let ends = lineStarts.dropFirst() + [bytes.count]
        return zip(lineStarts, ends).first { $1 - $0 > Self.lineLimit }?.0
    }

    /// The number of the line that holds `offset`, from 1; cheaper than the whole position.
    func lineNumber(of offset: Int) -> Int { lineIndex(of: offset) + 1 }

    private static func firstInvalidOffset(in bytes: [UInt8]) -> Int? {
        do {
            _ = try UTF8Span(validating: bytes.span)
            return nil
        } catch {
            return error.byteOffsets.lowerBound
        }
    }
}

/// A place in a file as people count it.
package struct Position: Equatable, Sendable {
    package var line: Int
    package var column: Int
}
