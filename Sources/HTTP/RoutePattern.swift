// A path with holes: `/callback/{source}`. A hole takes one segment that is not empty; everything else is compared byte by byte
// as it was sent, so `/a/` is not `/a` and `/%61` is not `/a`.

import Codec

package struct RoutePattern: Equatable, Sendable {
    enum Segment: Equatable, Sendable {
        case literal(String)
        case capture(String)
    }

    let text: String
    let segments: [Segment]
    let captureNames: [String]
    /// What comes before the first hole.
    private let opening: [UInt8]

    init(_ text: String) throws(RouteFault) {
        guard text.utf8.first == UInt8(ascii: "/") else { throw .malformedPattern(text) }
        var segments: [Segment] = []
        var names: [String] = []
        for piece in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard piece.first == "{", piece.last == "}" else {
                for byte in piece.utf8 where !ByteSet.pathAndQuery.contains(byte) || byte == UInt8(ascii: "?") {
                    throw .malformedPattern(text)
                }
                segments.append(.literal(String(piece)))
                continue
            }
            let name = String(piece.dropFirst().dropLast())
            guard !name.isEmpty, !names.contains(name) else { throw .malformedPattern(text) }
            names.append(name)
            segments.append(.capture(name))
        }
        guard names.count <= RouteCaptures.maximum else { throw .tooManyCaptures(text) }
        self.text = text
        self.segments = segments
        captureNames = names
        opening = Array(text.utf8.prefix { $0 != UInt8(ascii: "{") })
    }

    /// Whether both match the same paths, whatever the holes are called.
    func hasShape(of other: RoutePattern) -> Bool {
        segments.count == other.segments.count
            && zip(segments, other.segments).allSatisfy { mine, theirs in
                switch (mine, theirs) {
                case (.literal(let mine), .literal(let theirs)): mine == theirs
                case (.capture, .capture): true
                case (.literal, .capture), (.capture, .literal): false
                }
            }
    }

    /// Whether this one is tried first: at the first difference, the one with a literal. Patterns of different lengths never
    /// match the same path, so their order is open.
    func precedes(_ other: RoutePattern) -> Bool {
        guard segments.count == other.segments.count else { return false }
        for (mine, theirs) in zip(segments, other.segments) {
            switch (mine, theirs) {
            case (.literal, .capture): return true
            case (.capture, .literal): return false
            case (.literal, .literal), (.capture, .capture): continue
            }
        }
        return false
    }

    private func starts(_ path: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        guard path.count >= opening.count else { return false }
        return ASCII.equal(bytes.extracting(path.lowerBound..<path.lowerBound &+ opening.count), opening.span)
    }

    /// What the holes took if the path matches; an empty path is `/`.
    func match(_ path: Range<Int>, in bytes: Span<UInt8>) -> RouteCaptures? {
        // Nearly every pattern that does not match ends here.
        guard path.isEmpty || starts(path, in: bytes) else { return nil }
        var captures = RouteCaptures(names: captureNames)
        var start = min(path.lowerBound + 1, path.upperBound)
        for (index, segment) in segments.enumerated() {
            var end = start
            while end < path.upperBound, bytes[end] != UInt8(ascii: "/") { end &+= 1 }
            switch segment {
            case .literal(let text): guard bytes.equals(text, at: start..<end) else { return nil }
            case .capture:
                guard start < end else { return nil }
                captures.append(start..<end)
            }
            let isLast = index == segments.count - 1
            // Both must end here, or both must go on behind a slash.
            guard isLast == (end == path.upperBound) else { return nil }
            start = min(end + 1, path.upperBound)
        }
        return captures
    }
}

/// What the holes of a pattern took from a path, still percent-encoded.
package struct RouteCaptures: Sendable {
    /// No path of Weir's has more than three; the room for four costs no allocation.
    static let maximum = 4

    private let names: [String]
    private var ranges = InlineArray<4, Range<Int>>(repeating: 0..<0)
    private var count = 0

    init(names: [String]) {
        self.names = names
    }

    mutating func append(_ range: Range<Int>) {
        ranges[count] = range
        count += 1
    }

    /// Where the segment of this name stands in the buffer; nil if the pattern has no such hole.
    package subscript(_ name: String) -> Range<Int>? {
        names.firstIndex(of: name).map { ranges[$0] }
    }
}
