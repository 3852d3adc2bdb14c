// SHA-1, for the signature of callbacks, which WeCom defines so; for nothing else, since collisions can be made.

/// Made once by its owner (a loop's callback handler) and used for every event: the context costs more to make than a
/// small text to hash.
package struct SHA1: ~Copyable {
    private var context: HashContext

    package init() throws(CryptoError) {
        context = try HashContext(Algorithms.sha1)
    }

    /// Adds `bytes` to the hash under way, or begins one.
    package mutating func update(_ bytes: Span<UInt8>) throws(CryptoError) {
        try context.update(bytes)
    }

    /// The hash of all bytes since the last `finish` or `restart`; ready for the next one afterwards.
    package mutating func finish() throws(CryptoError) -> Digest<20> {
        var bytes = InlineArray<20, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        try context.finish(into: &span)
        return Digest(bytes)
    }

    /// Drops an unfinished hash.
    package mutating func restart() {
        context.restart()
    }

    /// The hash of `bytes` alone.
    package mutating func digest(_ bytes: Span<UInt8>) throws(CryptoError) -> Digest<20> {
        restart()
        try update(bytes)
        return try finish()
    }
}
