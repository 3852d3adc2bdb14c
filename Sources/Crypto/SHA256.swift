// SHA-256, for dedupe keys and whatever else needs a fingerprint.

/// Made once by its owner (a loop's callback handler) and used for every event: the context costs more to make than a
/// small text to hash.
package struct SHA256: ~Copyable {
    private var context: HashContext

    package init() throws(CryptoError) {
        context = try HashContext(Algorithms.sha256)
    }

    /// Adds `bytes` to the hash under way, or begins one.
    package mutating func update(_ bytes: Span<UInt8>) throws(CryptoError) {
        try context.update(bytes)
    }

    /// The hash of all bytes since the last `finish` or `restart`; ready for the next one afterwards.
    package mutating func finish() throws(CryptoError) -> Digest<32> {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        try context.finish(into: &span)
        return Digest(bytes)
    }

    /// Drops an unfinished hash.
    package mutating func restart() {
        context.restart()
    }

    /// The hash of `bytes` alone.
    package mutating func digest(_ bytes: Span<UInt8>) throws(CryptoError) -> Digest<32> {
        restart()
        try update(bytes)
        return try finish()
    }
}
