// Deliveries as a router would append them to `weir:{p}:webhooks`, written straight into Redis: the worker alone is measured.

import Codec
import Glibc

struct DeliveryFeed: ~Copyable {
    let descriptor: Int32
    private var unwritten: [UInt8] = []
    /// What lies before it was written.
    private var offset = 0
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    /// Errors that Redis answered with; the first is enough.
    private(set) var refusal: String?

    static let partitions = 16
    /// Of the record, about; as a text message has it.
    private static let filling = String(repeating: "您好，请问订单什么时候发货？", count: 14)

    init(socket path: String) throws(LoadFault) {
        descriptor = try Loopback.connect(toUnix: path)
    }

    /// What appends one delivery. Made before the clock starts: it costs as much as handling the delivery.
    /// - Parameter endpoint: as weir.conf names it, with its tenant before it.
    static func arguments(_ number: Int, to endpoint: String) -> [UInt8] {
        let partition = number % partitions
        let record = """
            {"id":"evt_\(number)","type":"message.received","tenant":"bench","account":"bench-\(partition)",\
            "conversation":"user\(number % 1000)","time":"2026-11-24T21:30:00.000Z","source":"callback",\
            "content":{"kind":"text","text":"#\(number)# \(filling)"}}
            """
        return bulk(["weir:{\(partition)}:webhooks", endpoint, "evt_\(number)", record])
    }

    /// As a router does, many in one call: Redis syncs its file once for all of them.
    private static let script = """
        for i = 1, #ARGV, 4 do
          redis.call('XADD', ARGV[i], '*', 'endpoint', ARGV[i + 1], 'id', ARGV[i + 2], 'rules', 'bench', 'event', ARGV[i + 3])
        end
        """
    private static let opening = bulk(["EVAL", script, "0"])

    private static func bulk(_ words: [String]) -> [UInt8] {
        words.reduce(into: []) { $0 += "$\($1.utf8.count)\r\n\($1)\r\n".utf8 }
    }

    mutating func append(_ deliveries: ArraySlice<[UInt8]>) {
        unwritten += "*\(3 + 4 * deliveries.count)\r\n".utf8
        unwritten += Self.opening
        for arguments in deliveries { unwritten += arguments }
    }

    /// Writes what waits, as far as the socket takes it.
    mutating func flush() throws(LoadFault) {
        guard !isFlushed else { return }
        offset += try Loopback.write(unwritten, from: offset, to: descriptor)
        guard isFlushed else { return }
        unwritten.removeAll(keepingCapacity: true)
        offset = 0
    }

    var isFlushed: Bool { offset == unwritten.count }

    /// Reads replies; one that is an error voids the run.
    mutating func readReplies() throws(LoadFault) {
        let count = try Loopback.read(descriptor, into: &buffer)
        guard refusal == nil else { return }
        let text = String(decoding: buffer[..<count], as: UTF8.self)
        // A reply is `$-1`, or an error: whatever begins a line with `-` is an error.
        for line in text.split(separator: "\r\n") where line.hasPrefix("-") { refusal = String(line) }
    }
}
