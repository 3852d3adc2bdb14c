// How much of Redis' log of commands (its append-only file) is whole. A power cut, or a full disk, leaves its last transaction cut
// anywhere. Redis 7 then cuts off the last command only, and leaves MULTI without EXEC; what it appends next becomes part of that
// transaction, which the next start drops: acknowledged events (invariant 1) would be lost. Valkey mended this in 2026 (its pull
// request 4342). So Weir cuts its own server's log before the server sees it, where Redis meant to: before the transaction.

/// Fed the log in pieces, in order. The log is a sequence of commands, each an array of bulk strings.
package struct CommandLog {
    private enum Expected {
        /// `*` and the count of words, and whatever line comes instead.
        case command
        /// `$` and the length of a word.
        case word
        /// This many bytes of a word and its line end.
        case bytes(Int)
    }

    /// Up to here every command is whole, and every transaction.
    package private(set) var wholeCount = 0
    /// Something no log of commands has, or a transaction inside another: not the work of a cut, and not ours to mend.
    package private(set) var isMalformed = false
    private var count = 0
    private var expected = Expected.command
    private var wordsLeft = 0
    /// The number of the line that is being read.
    private var kind: UInt8?
    private var number = 0
    private var sawReturn = false
    /// The only word of a command that has no other, as far as it matters.
    private var loneWord: [UInt8]?
    private var isInTransaction = false
    /// Far above what Redis accepts (512 MB), far below where sums overflow.
    private static let numberMax = 1 << 40

    package init() {}

    package mutating func feed(_ bytes: Span<UInt8>) {
        var index = 0
        while index < bytes.count, !isMalformed {
            if case .bytes(let left) = expected {
                let taken = min(left, bytes.count - index)
                // The word's own bytes come before its line end's two.
                if loneWord != nil {
                    for offset in 0..<min(max(0, left - 2), taken) { loneWord?.append(bytes[index + offset]) }
                }
                index += taken
                count += taken
                if taken == left { endWord() } else { expected = .bytes(left - taken) }
            } else {
                count += 1
                readLine(bytes[index])
                index += 1
            }
        }
    }

    private mutating func readLine(_ byte: UInt8) {
        guard let kind else {
            kind = byte
            number = 0
            sawReturn = false
            switch (expected, byte) {
            case (.command, UInt8(ascii: "*")), (.word, UInt8(ascii: "$")): break
            default: isMalformed = true
            }
            return
        }
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9") where !sawReturn && number < Self.numberMax:
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "\r") where !sawReturn: sawReturn = true
        case UInt8(ascii: "\n") where sawReturn:
            self.kind = nil
            endLine(kind)
        default: isMalformed = true
        }
    }

    private mutating func endLine(_ kind: UInt8) {
        guard kind == UInt8(ascii: "*") else {
            if number > 16 { loneWord = nil }
            expected = .bytes(number + 2)
            return
        }
        guard number > 0 else {
            isMalformed = true
            return
        }
        wordsLeft = number
        loneWord = number == 1 ? [] : nil
        expected = .word
    }

    private mutating func endWord() {
        wordsLeft -= 1
        expected = .word
        guard wordsLeft == 0 else { return }
        expected = .command
        switch loneWord.map({ String(decoding: $0, as: UTF8.self).uppercased() }) {
        case "MULTI":
            if isInTransaction { isMalformed = true }
            isInTransaction = true
        case "EXEC": isInTransaction = false
        default: break
        }
        if !isInTransaction, !isMalformed { wholeCount = count }
    }
}
