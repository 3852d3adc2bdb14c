// `weir keys rotate`: all secrets under the newest master key, and, once every Weir has that, the former ones away.

import Audit
import Crypto
import Identity
import Loop
import Records
import Redis
import Subscriptions
import Vault

struct KeysRotateCommand: Command {
    private static let new = Option.flag("new", "makes a new master key first, in front of the others in their file")
    private static let forget = Option.flag("forget", "takes the former keys out of the file when nothing needs them")

    static let manual = Manual(
        "rotate", "puts all secrets in Redis under the newest master key",
        options: [ConfigurationFile.option, new, forget],
        notes: """
            1. `weir keys rotate --new`, or put a key of your own (openssl rand -base64 32) in front of the others;
            2. give every other host the same keys, and send each `weir serve` SIGHUP (or restart it);
            3. `weir keys rotate --forget`, or `weir keys rotate` and take the former keys away yourself.
            It may be broken off and begun again at any instant, and Weir may run on meanwhile. It ends well only if every secret
            was opened with the newest key alone.
            """)

    private let file: ConfigurationFile
    private let makesNew: Bool
    private let forgets: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        file = try ConfigurationFile(named: arguments[ConfigurationFile.option])
        makesNew = arguments.has(Self.new)
        forgets = arguments.has(Self.forget)
        if makesNew, forgets {
            throw .usage(
                "a running Weir has to learn the new key before the former ones go: first --new, then --forget")
        }
    }

    func run() throws(CommandError) -> ExitStatus {
        let access = try RedisAccess(file)
        let source = try access.vaultSource()
        let (makesNew, forgets) = (makesNew, forgets)
        return try access.run { (redis) async throws(CommandError) in
            do {
                var ring = try await Self.ring(source, redis)
                if makesNew {
                    var random = RandomSource.system
                    ring = MasterKeyRing(try .random(&random), previous: ring.all)
                    try source.write(ring)
                }
                try StandardOutput.write(try await Self.rewrap(ring, redis, source))
                guard forgets, !ring.previous.isEmpty else { return .success }
                try source.write(MasterKeyRing(ring.current))
                try StandardOutput.write("\(source.shown) has the key \(ring.current.id) alone now.\n")
                return .success
            } catch let error as CommandError {
                throw error
            } catch {
                throw .failed("the master key was not changed everywhere; begin again: \(error)")
            }
        }
    }

    /// The keys, if they are those of this Redis.
    private static func ring(_ source: MasterKeySource, _ redis: RedisClient) async throws -> MasterKeyRing {
        guard let ring = try source.read() else {
            throw CommandError.failed("there is no master key (\(source.shown)); the first start of Weir makes it")
        }
        if let envelope = try await VaultCheck.envelope(in: redis) {
            try VaultCheck.verify(envelope, with: try Vault(ring, random: .system))
        }
        return ring
    }

    private static func rewrap(
        _ ring: MasterKeyRing, _ redis: RedisClient, _ source: MasterKeySource
    ) async throws -> String {
        let audit = try AuditLog(redis: redis)
        var work = Rewrapping(try Vault(ring, random: .system))
        try await work.run(RecordStore<APIKey>(redis: redis, audit: audit))
        try await work.run(RecordStore<SigningKeyRecord>(redis: redis, audit: audit))
        try await work.run(RecordStore<Subscription>(redis: redis, audit: audit))
        // Last: a start that has the new key alone is refused until all the rest is done.
        try await work.runCheck(in: redis)
        // All of it once more, as a Weir sees it that has nothing but the new key.
        var proof = Rewrapping(try Vault(MasterKeyRing(ring.current), random: .system))
        try await proof.run(RecordStore<APIKey>(redis: redis, audit: audit))
        try await proof.run(RecordStore<SigningKeyRecord>(redis: redis, audit: audit))
        try await proof.run(RecordStore<Subscription>(redis: redis, audit: audit))
        try await proof.runCheck(in: redis)
        if work.wrapped > 0 {
            try await audit.append(
                AuditEntry(
                    "master-key.rotate", by: .system("command line"), on: AuditObject("master-key", ring.current.id)))
        }
        return
            "\(proof.checked) secrets are under the master key \(ring.current.id); \(work.wrapped) were changed now.\n"
    }
}
