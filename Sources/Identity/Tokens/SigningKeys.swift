// The keys that sign access tokens: made by themselves, kept sealed in Redis, known to all processes. A new one is known before it
// signs, and an old one is known until the last token under it has expired.

package import Audit
package import Codec
package import Crypto
package import Loop
package import Records
package import Vault

/// A signing key as it is kept.
package struct SigningKeyRecord: Sealable {
    package static let kind = "signing-key"
    package static let sealedField = "key"
    package static let sealedList = "all"

    package let id: String
    /// An envelope of the vault.
    package private(set) var sealed: String
    package let signsFrom: Int64
    /// The key that it follows: each has one successor, whoever makes it.
    package let follows: String?
    package let createdAt: Int64

    package var uniqueNames: [RecordName] { [RecordName("follows", follows ?? "none")] }
    package var lists: [String] { [Self.sealedList] }

    package var document: JSONValue {
        [
            "id": .string(id), Self.sealedField: .string(sealed), "signs_from": .number(JSONNumber(signsFrom)),
            "follows": follows.map(JSONValue.string) ?? .null, "created_at": .number(JSONNumber(createdAt)),
        ]
    }

    init(id: String, sealed: String, signsFrom: Int64, follows: String?, createdAt: Int64) {
        self.id = id
        self.sealed = sealed
        self.signsFrom = signsFrom
        self.follows = follows
        self.createdAt = createdAt
    }

    package init?(document: JSONValue) {
        guard let id = document["id"]?.string, let sealed = document[Self.sealedField]?.string,
            let signsFrom = document["signs_from"]?.integer, let createdAt = document["created_at"]?.integer
        else { return nil }
        self.init(
            id: id, sealed: sealed, signsFrom: signsFrom, follows: document["follows"]?.string, createdAt: createdAt)
    }
}

extension SigningKeyRecord {
    package func resealed(_ envelope: String) -> SigningKeyRecord {
        var record = self
        record.sealed = envelope
        return record
    }
}

/// Belongs to one loop.
package final class SigningKeys: ChangeListener {
    /// From one key to the next by itself, in ms.
    static let changeAfter: Int64 = 30 * 86_400_000
    /// Between a key's creation and its first signature: every process has read it by then, also one that was cut off from Redis for
    /// a moment.
    static let announcement: Int64 = 60_000
    /// What a token lives, and what clocks differ.
    static let keepFor = AccessToken.lifetime * 1000 + 300_000
    /// How often keys are read again, whatever the feed says.
    private static let look = Duration.seconds(30)

    package let mint = TokenMint()
    private let store: RecordStore<SigningKeyRecord>
    private let vault: Vault
    private let loop: EventLoop
    private var random: RandomSource
    private let onFault: (IdentityFault) -> Void
    private var isStale = true
    private let pause = Gate()
    private var isStopped = false

    package init(
        store: RecordStore<SigningKeyRecord>, vault: Vault, loop: EventLoop, random: RandomSource,
        onFault: @escaping (IdentityFault) -> Void
    ) {
        self.store = store
        self.vault = vault
        self.loop = loop
        self.random = random
        self.onFault = onFault
    }

    // MARK: Life

    /// Keeps the keys as they should be until `stop`. Start once, as a task of the loop, after `prepare`.
    package func run() async {
        while !isStopped {
            let timer = loop.schedule(at: loop.now + Self.look) { self.pause.open(.timedOut) }
            _ = await pause.wait()
            timer.cancel()
            guard !isStopped else { return }
            do throws(IdentityFault) {
                try await prepare()
            } catch {
                onFault(error)
            }
        }
    }

    package func stop() {
        isStopped = true
        pause.open()
    }

    package func changed(_ id: String) { pause.open() }
    package func mayHaveMissedChanges() { pause.open() }

    /// Reads the keys, makes one if there is none or the last is old, and drops what no token needs any more.
    package func prepare() async throws(IdentityFault) {
        var records = try await read()
        let now = loop.wallMilliseconds
        if let newest = records.last {
            if newest.signsFrom + Self.changeAfter <= now {
                try await add(after: newest, signsFrom: now + Self.announcement, .system("schedule"))
                records = try await read()
            }
        } else {
            try await add(after: nil, signsFrom: now, .system("first start"))
            records = try await read()
        }
        for (record, successor) in zip(records, records.dropFirst()) where successor.signsFrom + Self.keepFor <= now {
            try await remove(record, .system("schedule"))
        }
    }

    /// A new key before its time.
    /// - Parameter atOnce: because an old one is known to others: all former keys go, and with them all access tokens.
    package func rotate(atOnce: Bool, _ actor: AuditActor) async throws(IdentityFault) -> String {
        let records = try await read()
        let now = loop.wallMilliseconds
        try await add(after: records.last, signsFrom: atOnce ? now : now + Self.announcement, actor)
        if atOnce { for record in records { try await remove(record, actor) } }
        return try await read().last?.id ?? ""
    }

    // MARK: Steps

    /// In the order in which they sign. The mint has them afterwards.
    private func read() async throws(IdentityFault) -> [SigningKeyRecord] {
        let page = try await changing { () async throws(StoreFault) in
            try await store.page(SigningKeyRecord.sealedList, page: 1, size: 100)
        }
        if let id = page.damaged.first { throw .store(.unreadable(kind: SigningKeyRecord.kind, id: id)) }
        let records = page.records.map(\.value).sorted { ($0.signsFrom, $0.id) < ($1.signsFrom, $1.id) }
        var keys: [SigningKey] = []
        for record in records {
            let secret: [UInt8]
            do throws(VaultFault) {
                secret = try vault.open(record.sealed, at: Self.place(record.id))
            } catch {
                throw .vault(error)
            }
            keys.append(SigningKey(id: record.id, secret: secret, signsFrom: record.signsFrom))
        }
        do throws(CryptoError) {
            try mint.use(keys)
        } catch {
            throw .crypto("\(error)")
        }
        return records
    }

    private func add(
        after former: SigningKeyRecord?, signsFrom: Int64, _ actor: AuditActor
    ) async throws(IdentityFault) {
        let now = loop.wallMilliseconds
        let id = RecordID.make(at: now, using: &random)
        let sealed: String
        do throws(CryptoError) {
            sealed = try vault.seal(random.bytes(count: SigningKey.secretSize).span, at: Self.place(id))
        } catch {
            throw .crypto("\(error)")
        }
        let record = SigningKeyRecord(
            id: id, sealed: sealed, signsFrom: signsFrom, follows: former?.id, createdAt: now)
        do throws(StoreFault) {
            try await store.create(
                record,
                AuditEntry("signing-key.create", by: actor, on: AuditObject(SigningKeyRecord.kind, id)))
        } catch .nameTaken {
            // Another process was faster.
        } catch {
            throw .store(error)
        }
    }

    private func remove(_ record: SigningKeyRecord, _ actor: AuditActor) async throws(IdentityFault) {
        do throws(StoreFault) {
            try await store.delete(
                record.id, ifVersion: nil,
                AuditEntry("signing-key.delete", by: actor, on: AuditObject(SigningKeyRecord.kind, record.id)))
        } catch .notFound {
            // Another process was faster.
        } catch {
            throw .store(error)
        }
    }

    private static func place(_ id: String) -> SealedPlace {
        SealedPlace(kind: SigningKeyRecord.kind, id: id, field: SigningKeyRecord.sealedField)
    }
}
