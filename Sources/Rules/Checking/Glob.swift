// A pattern of text with `*` for any text and `?` for one character. No other sign is special.

struct Glob: Sendable {
    let pattern: [UInt8]

    init(_ pattern: [UInt8]) {
        self.pattern = pattern
    }

    /// The longest pattern: matching costs at most the text's length times the pattern's, as nothing is tried again but the part
    /// since the last `*`.
    static let lengthLimit = 256

    private static let star = UInt8(ascii: "*")
    private static let one = UInt8(ascii: "?")

    func matches(_ text: Span<UInt8>) -> Bool {
        var steps = UncountedSteps()
        return matches(text, counting: &steps)
    }

    func matches(_ text: Span<UInt8>, counting steps: inout some SearchSteps) -> Bool {
        var position = 0
        var wanted = 0
        /// Behind the last `*`, and where the text went on when it was met or last stretched.
        var resume: (wanted: Int, position: Int)?
        while position < text.count {
            steps.count()
            if wanted < pattern.count {
                if pattern[wanted] == Self.star {
                    wanted += 1
                    resume = (wanted, position)
                    continue
                }
                if pattern[wanted] == Self.one {
                    wanted += 1
                    position = Self.next(after: position, in: text)
                    continue
                }
                if pattern[wanted] == text[position] {
                    wanted += 1
                    position += 1
                    continue
                }
            }
            guard let last = resume else { return false }
            resume = (last.wanted, last.position + 1)
            (wanted, position) = (last.wanted, last.position + 1)
        }
        while wanted < pattern.count, pattern[wanted] == Self.star { wanted += 1 }
        return wanted == pattern.count
    }

    /// The start of the next character: continuation bytes belong to the one before them.
    private static func next(after position: Int, in text: Span<UInt8>) -> Int {
        var next = position + 1
        while next < text.count, text[next] & 0xC0 == 0x80 { next += 1 }
        return next
    }
}
