// Whether the master key at hand is the one that this Redis' secrets are sealed with. A sealed word in Redis tells at the start,
// before anything is sealed with a key that does not belong here.

package import Redis

package enum VaultCheck {
    /// A string: the sealed word.
    package static let key = "weir:{records}:vault"
    package static let place = SealedPlace(kind: "vault", id: "check", field: "word")
    private static let word = "weir"

    /// The sealed word; nil when nothing was ever sealed here.
    package static func envelope(in redis: RedisClient) async throws(RedisError) -> String? {
        try await redis.send(RedisCommand("GET", key)).text
    }

    /// Seals the word unless there is one.
    /// - Returns: the one that stands in Redis now.
    package static func establish(_ vault: Vault, in redis: RedisClient) async throws(RedisError) -> String? {
        let envelope: String
        do {
            envelope = try vault.seal(word.utf8.span, at: place)
        } catch {
            throw .unavailable("\(error)")
        }
        _ = try await redis.send(RedisCommand("SET", key, envelope, "NX"))
        return try await self.envelope(in: redis)
    }

    /// Throws when the vault has not the key of this envelope.
    package static func verify(_ envelope: String, with vault: Vault) throws(VaultFault) {
        _ = try vault.open(envelope, at: place)
    }
}
