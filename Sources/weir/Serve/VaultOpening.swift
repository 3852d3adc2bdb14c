// Opens the vault at the start: with the key that this Redis knows, or not at all.

import Crypto
import Redis
import Vault

enum VaultOpening {
    /// - Throws: `StartFault` when the key is missing or another; nothing was changed then. `RedisError` when Redis is away.
    static func open(_ source: MasterKeySource, _ redis: RedisClient) async throws -> Vault {
        var envelope = try await VaultCheck.envelope(in: redis)
        let found = try source.read()
        if found == nil, let envelope { throw missing(envelope, source) }
        let ring = try found ?? source.make()
        let vault = try Vault(ring, random: .system) { try? source.read() }
        if envelope == nil { envelope = try await VaultCheck.establish(vault, in: redis) }
        guard let envelope else { return vault }
        do {
            try VaultCheck.verify(envelope, with: vault)
        } catch {
            // Two hosts began at once, and the other was faster.
            if found == nil { source.discard() }
            throw refusal(error, ring, source)
        }
        return vault
    }

    private static func missing(_ envelope: String, _ source: MasterKeySource) -> StartFault {
        let parts = envelope.split(separator: ".", omittingEmptySubsequences: false)
        return StartFault(
            "there is no master key (\(source.shown)), and the secrets in this Redis are sealed with the one named "
                + "\(parts.count > 1 ? parts[1] : "?"): put it back from your backup, or copy it from another host of this "
                + "Redis. Nothing was changed")
    }

    private static func refusal(_ fault: VaultFault, _ ring: MasterKeyRing, _ source: MasterKeySource) -> StartFault {
        guard case .keyMissing(let id, _) = fault else {
            return StartFault("the master key of \(source.shown) does not open what this Redis keeps: \(fault)")
        }
        let given = ring.all.map(\.id).joined(separator: ", ")
        return StartFault(
            "the secrets in this Redis are sealed with the master key named \(id), and \(source.shown) has \(given): put the "
                + "right one there. Nothing was changed")
    }
}
