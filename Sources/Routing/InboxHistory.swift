// Counts what one inbox keeps of routed events, and says where to cut it, so that it stays within `history.entries`. A stream can
// only be cut by its whole length, or by ids; its length counts what waits to be routed too, which must never go. So the router
// remembers, roughly, at which id how many entries end.

import Gateway
import Redis

struct InboxHistory {
    /// So many entries of the inbox as a block has, up to its last one.
    private struct Block {
        var last: StreamID
        var count: Int
    }

    private static let blockEntries = 64
    /// Of what a router finds when it gets the partition.
    private static let foundBlocks: UInt64 = 64

    private var blocks: [Block] = []
    /// Nothing of the first blocks is left: they are dropped now and then.
    private var firstBlock = 0
    private var count = 0
    /// Entries before this one need not be kept. Never falls, so what one commit does not cut the next one does.
    private var cut = StreamID.zero

    init() {}

    /// Takes `count` entries to be spread evenly over the time from the oldest to the cursor.
    init(oldest: StreamID, cursor: StreamID, count: Int) {
        guard count > 0, oldest <= cursor else { return }
        let span = cursor.milliseconds - oldest.milliseconds
        let blocks = span < Self.foundBlocks ? 1 : Self.foundBlocks
        for number in 1...blocks {
            let isLast = number == blocks
            let end = oldest.milliseconds + span / blocks * number
            let before = self.count
            self.count = isLast ? count : Int(UInt64(count) * number / blocks)
            self.blocks.append(
                Block(last: isLast ? cursor : StreamID(milliseconds: end, sequence: 0), count: self.count - before))
        }
    }

    /// What is in the inbox now. What waits behind the cursor is counted with it, and once more when it is routed; that is set right as
    /// soon as it is cut off.
    static func read(_ partition: Partition, cursor: StreamID, from redis: RedisClient) async throws(RedisError)
        -> InboxHistory
    {
        guard cursor > .zero else { return InboxHistory() }
        let count = try await redis.send(RedisCommand("XLEN", partition.inbox)).integer ?? 0
        let first = try await redis.send(RedisCommand("XRANGE", partition.inbox, "-", "+", "COUNT", "1"))
        guard let oldest = first.array?.first.flatMap(StreamEntry.init) else { return InboxHistory() }
        return InboxHistory(oldest: oldest.id, cursor: cursor, count: Int(count))
    }

    /// Entries that were routed, in their order.
    mutating func add(_ ids: [StreamID]) {
        for id in ids {
            if let last = blocks.indices.last, last >= firstBlock, blocks[last].count < Self.blockEntries {
                blocks[last].last = id
                blocks[last].count += 1
            } else {
                blocks.append(Block(last: id, count: 1))
            }
            count += 1
        }
    }

    /// The first entry to be kept, of those that were added: none from before that moment, and not more than so many.
    mutating func cut(before milliseconds: UInt64, entriesMax: Int) -> StreamID {
        while firstBlock < blocks.count {
            let block = blocks[firstBlock]
            guard count > max(0, entriesMax) || block.last.milliseconds < milliseconds else { break }
            count -= block.count
            firstBlock += 1
            cut = max(cut, block.last.next)
        }
        if firstBlock >= 1024, firstBlock * 2 > blocks.count {
            blocks.removeFirst(firstBlock)
            firstBlock = 0
        }
        cut = max(cut, StreamID(milliseconds: milliseconds, sequence: 0))
        return cut
    }
}

extension StreamID {
    fileprivate var next: StreamID {
        if sequence < .max { return StreamID(milliseconds: milliseconds, sequence: sequence + 1) }
        return milliseconds < .max ? StreamID(milliseconds: milliseconds + 1, sequence: 0) : self
    }
}
