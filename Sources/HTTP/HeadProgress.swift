// The three outcomes of reading a head, and the loop over its lines that requests and responses share.
// Each byte is searched for the end of its line once and each line is read once, however slowly the head drips in.

import Codec

package enum HeadProgress: Equatable, Sendable {
    /// The head is whole; it takes up the first `consumed` bytes.
    case complete(consumed: Int)
    /// Call again with the same bytes and more behind them.
    case incomplete
    case malformed(HTTPFault)
}

/// How far a head has been read.
struct HeadCursor: Equatable, Sendable {
    enum Stage: Equatable, Sendable {
        case startLine, fields
        case done(HeadProgress)
    }

    var stage = Stage.startLine
    private var lineStart = 0
    private var searched = 0

    /// The start of the line to come, which after the last line is the length of the head.
    var position: Int { lineStart }

    /// The next whole line without its CR LF, or nil if its end is not in the first `limit` bytes. No line that is returned
    /// contains a control byte other than tab.
    mutating func nextLine(of bytes: Span<UInt8>, limit: Int) throws(HTTPFault) -> Range<Int>? {
        let end = min(bytes.count, limit)
        var index = searched
        while true {
            index = bytes.extracting(..<end).firstIndex(from: index) { $0.isBelow(0x20) .| $0.equals(0x7F) }
            guard index < end else { break }
            let byte = bytes[index]
            if byte.mayStandInFieldValue {
                index &+= 1
                continue
            }
            guard byte == .carriageReturn else { throw .control(byte) }
            guard index + 1 < end else { break }
            guard bytes[index + 1] == .lineFeed else { throw .bareCarriageReturn }
            let line = lineStart..<index
            lineStart = index + 2
            searched = lineStart
            return line
        }
        searched = index
        return nil
    }
}

/// A head that is read line by line: `RequestHead` and `ResponseHead`.
protocol MessageHead {
    /// The fault of a start line that does not end within the limit of the head.
    static var endlessStartLine: HTTPFault { get }
    var cursor: HeadCursor { get set }

    /// - Returns: false for an empty line that may stand before the start line.
    mutating func readStartLine(
        _ line: Range<Int>, of bytes: Span<UInt8>, limits: HTTPLimits
    ) throws(HTTPFault) -> Bool
    mutating func readField(_ line: Range<Int>, of bytes: Span<UInt8>, limits: HTTPLimits) throws(HTTPFault)
    mutating func finish(limits: HTTPLimits) throws(HTTPFault)
}

extension MessageHead {
    @inline(__always)
    mutating func advance(over bytes: Span<UInt8>, limits: HTTPLimits) -> HeadProgress {
        // A verdict stands until `reset`: no later call may read on behind a line that was refused.
        if case .done(let verdict) = cursor.stage { return verdict }
        do throws(HTTPFault) {
            guard try readLines(of: bytes, limits: limits) else { return .incomplete }
            cursor.stage = .done(.complete(consumed: cursor.position))
            return .complete(consumed: cursor.position)
        } catch {
            cursor.stage = .done(.malformed(error))
            return .malformed(error)
        }
    }

    /// - Returns: whether the empty line that ends the head was reached.
    @inline(__always)
    private mutating func readLines(of bytes: Span<UInt8>, limits: HTTPLimits) throws(HTTPFault) -> Bool {
        while let line = try cursor.nextLine(of: bytes, limit: limits.headBytes) {
            if cursor.stage == .startLine {
                if try readStartLine(line, of: bytes, limits: limits) { cursor.stage = .fields }
            } else if line.isEmpty {
                try finish(limits: limits)
                return true
            } else {
                try readField(line, of: bytes, limits: limits)
            }
        }
        guard bytes.count < limits.headBytes else {
            throw cursor.stage == .startLine ? Self.endlessStartLine : .headTooLarge
        }
        return false
    }
}
