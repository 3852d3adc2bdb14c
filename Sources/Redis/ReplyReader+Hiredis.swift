// hiredis as a codec: bytes to replies. It never sees a socket.

import CHiredis
import Glibc

/// Turns bytes as they come into whole replies. Owns the C reader.
@safe
package final class ReplyReader {
    private let reader: UnsafeMutablePointer<redisReader>

    /// Nil when memory is exhausted.
    package init?() {
        guard let makers = unsafe Self.makers, let reader = unsafe redisReaderCreateWithFunctions(makers) else {
            return nil
        }
        unsafe self.reader = unsafe reader
    }

    /// More than any reply to a command of ours has. hiredis makes an array as large as its header claims before it has seen an
    /// element, so that a dozen bytes could cost gigabytes, and the loop seconds to free them again.
    private static let elementsMax = 1 << 16

    /// What hiredis makes reply objects with by itself: read off a reader, since it is no part of its interface.
    private static let defaultMakers: redisReplyObjectFunctions? = {
        guard let reader = unsafe redisReaderCreate() else { return nil }
        defer { unsafe redisReaderFree(reader) }
        return unsafe reader.pointee.fn.pointee
    }()

    /// The same but for arrays over the limit, which it takes for memory that is exhausted: the reply is refused. Made once,
    /// never freed: readers on all threads refer to it.
    nonisolated(unsafe) private static let makers: UnsafeMutablePointer<redisReplyObjectFunctions>? = {
        guard var makers = defaultMakers else { return nil }
        unsafe makers.createArray = { task, count in
            guard count <= elementsMax else { return nil }
            return unsafe defaultMakers?.createArray(task, count)
        }
        let place = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
        unsafe place.initialize(to: makers)
        return unsafe place
    }()

    deinit { unsafe redisReaderFree(reader) }

    package func feed(_ buffer: [UInt8], count: Int) throws(RedisError) {
        let code = unsafe buffer.withUnsafeBytes { bytes in
            unsafe redisReaderFeed(
                reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), min(count, bytes.count))
        }
        if code != REDIS_OK { throw .interrupted("cannot buffer a reply") }
    }

    /// The next whole reply, or nil if more bytes are needed.
    package func next() throws(RedisError) -> RedisValue? {
        var reply: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &reply) == REDIS_OK else {
            throw .interrupted("protocol error in a reply")
        }
        guard let object = unsafe reply?.assumingMemoryBound(to: redisReply.self) else { return nil }
        defer { unsafe freeReplyObject(object) }
        return unsafe Self.value(of: object)
    }

    /// Replies nest as deep as hiredis' reader allows (7 levels), so the recursion is bounded.
    private static func value(of reply: UnsafeMutablePointer<redisReply>) -> RedisValue {
        switch unsafe reply.pointee.type {
        case REDIS_REPLY_INTEGER: return .integer(unsafe reply.pointee.integer)
        case REDIS_REPLY_STRING: return .bytes(unsafe Array(text(of: reply)))
        case REDIS_REPLY_STATUS: return .status(unsafe String(decoding: text(of: reply), as: UTF8.self))
        case REDIS_REPLY_ERROR: return .error(unsafe String(decoding: text(of: reply), as: UTF8.self))
        case REDIS_REPLY_ARRAY:
            let count = unsafe reply.pointee.elements
            var values: [RedisValue] = []
            values.reserveCapacity(count)
            for index in 0..<count {
                guard let element = unsafe reply.pointee.element[index] else { continue }
                values.append(unsafe value(of: element))
            }
            return .array(values)
        default: return .null
        }
    }

    private static func text(of reply: UnsafeMutablePointer<redisReply>) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: reply.pointee.str, count: Int(reply.pointee.len))
    }
}
