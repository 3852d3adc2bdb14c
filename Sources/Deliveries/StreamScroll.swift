// A list out of many streams: those of several endpoints in all partitions, merged, the newest first. A page begins where the one before
// ended, whatever was appended meanwhile, and costs what it shows.

import Codec
package import Gateway
import Loop
package import Redis

/// An entry of one of the streams; lists are ordered by it, the greatest first.
package struct ScrollPosition: Comparable, Sendable {
    package let id: StreamID
    package let partition: Partition
    package let endpoint: String

    package init(id: StreamID, partition: Partition, endpoint: String) {
        self.id = id
        self.partition = partition
        self.endpoint = endpoint
    }

    package static func < (left: ScrollPosition, right: ScrollPosition) -> Bool {
        (left.id, left.partition, left.endpoint) < (right.id, right.partition, right.endpoint)
    }

    /// The cursor that clients send back; nothing in it is trusted.
    package var text: String {
        var digits: [UInt8] = []
        Hex.encode(Array("\(id)-\(partition.number)-\(endpoint)".utf8).span, appendingTo: &digits)
        return String(decoding: digits, as: UTF8.self)
    }

    package init?(_ text: String) {
        var bytes: [UInt8] = []
        guard (try? Hex.decode(text.utf8.span, appendingTo: &bytes)) != nil else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(
            separator: "-", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let id = StreamID("\(parts[0])-\(parts[1])"), let number = Int(parts[2]),
            let partition = Partition.all.first(where: { $0.number == number })
        else { return nil }
        self.init(id: id, partition: partition, endpoint: String(parts[3]))
    }
}

package struct ScrollPage<Element: Sendable>: Sendable {
    package let elements: [Element]
    /// Where the next page begins; nil: there is none.
    package let next: ScrollPosition?
}

/// Belongs to one loop.
struct StreamScroll<Row> {
    /// Reads the streams of some endpoints in one partition, the newest first, each from where it is asked (as XREVRANGE has it).
    typealias Read = (
        _ partition: Partition, _ streams: [(endpoint: String, from: String)], _ count: Int
    ) async throws(RedisError) -> [[(id: StreamID, row: Row)]]

    /// One stream, and what was read of it and not taken yet.
    private struct Source {
        let partition: Partition
        let endpoint: String
        var from: String
        var isExhausted = false
        var rows: ArraySlice<(id: StreamID, row: Row)> = []

        var head: ScrollPosition? {
            rows.first.map { ScrollPosition(id: $0.id, partition: partition, endpoint: endpoint) }
        }
    }

    /// About a second of reading; who filters much gets a shorter page and a cursor.
    private static var examinedMax: Int { 20_000 }

    private let read: Read
    private let count: Int
    private var sources: [Source]

    /// - Parameters:
    ///   - before: begins behind this position.
    ///   - until: nothing later than this, in milliseconds.
    init(
        _ endpoints: [String], before: ScrollPosition?, until: Int64?, size: Int, read: @escaping Read
    ) {
        self.read = read
        count = max(4, min(size + 1, 256 / max(1, endpoints.count)))
        sources = Partition.all.flatMap { partition in
            endpoints.map { endpoint in
                Source(partition: partition, endpoint: endpoint, from: Self.start(partition, endpoint, before, until))
            }
        }
    }

    private static func start(
        _ partition: Partition, _ endpoint: String, _ before: ScrollPosition?, _ until: Int64?
    ) -> String {
        guard let before else { return until.map { String(max(0, $0)) } ?? "+" }
        let isBehind = (partition, endpoint) < (before.partition, before.endpoint)
        return isBehind ? before.id.description : "(\(before.id)"
    }

    /// - Parameter take: what a row becomes; nil: it is not shown.
    mutating func page<Element: Sendable>(
        size: Int, _ take: (ScrollPosition, Row) -> Element?
    ) async throws(RedisError) -> ScrollPage<Element> {
        var elements: [Element] = []
        var examined = 0
        var last: ScrollPosition?
        while true {
            try await fill()
            guard let place = newest, let position = sources[place].head, let row = sources[place].rows.first?.row
            else { return ScrollPage(elements: elements, next: nil) }
            if elements.count == size || examined == Self.examinedMax {
                return ScrollPage(elements: elements, next: last)
            }
            sources[place].rows.removeFirst()
            examined += 1
            last = position
            if let element = take(position, row) { elements.append(element) }
        }
    }

    private var newest: Int? {
        var best: (place: Int, position: ScrollPosition)?
        for place in sources.indices {
            guard let head = sources[place].head else { continue }
            if best.map({ $0.position < head }) ?? true { best = (place, head) }
        }
        return best?.place
    }

    /// No stream that has more is without a head afterwards.
    private mutating func fill() async throws(RedisError) {
        let empty = sources.indices.filter { sources[$0].rows.isEmpty && !sources[$0].isExhausted }
        guard !empty.isEmpty else { return }
        var start = empty.startIndex
        while start < empty.endIndex {
            let partition = sources[empty[start]].partition
            let end = empty[start...].firstIndex { sources[$0].partition != partition } ?? empty.endIndex
            let places = empty[start..<end]
            let found = try await read(partition, places.map { (sources[$0].endpoint, sources[$0].from) }, count)
            for (place, rows) in zip(places, found) {
                sources[place].rows = rows[...]
                sources[place].isExhausted = rows.count < count
                if let last = rows.last { sources[place].from = "(\(last.id)" }
            }
            start = end
        }
    }
}
