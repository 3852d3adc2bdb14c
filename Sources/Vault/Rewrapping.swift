// A change of the master key: the data key of each sealed secret is wrapped anew. Records are walked as often as it takes until
// nothing is left to do, so it can be broken off and begun again at any instant, and it does not matter what others change meanwhile.

package import Records
package import Redis

/// A record with a sealed field.
package protocol Sealable: Storable {
    static var sealedField: String { get }
    /// A list that all of its kind stand in.
    static var sealedList: String { get }
    var sealed: String { get }
    func resealed(_ envelope: String) -> Self
}

package struct Rewrapping {
    package enum Fault: Error, CustomStringConvertible {
        case store(StoreFault)
        case vault(VaultFault)

        package var description: String {
            switch self {
            case .store(let fault): "\(fault)"
            case .vault(let fault): "\(fault)"
            }
        }
    }

    /// How many envelopes were wrapped anew, of how many that were opened in the last round.
    package private(set) var wrapped = 0
    package private(set) var checked = 0

    private let vault: Vault
    private static let pageSize = 100

    package init(_ vault: Vault) { self.vault = vault }

    /// All records of a kind. When it returns, each that was there opens with the current key alone.
    package mutating func run<Value: Sealable>(_ store: RecordStore<Value>) async throws(Fault) {
        while true {
            var (found, changed) = (0, 0)
            var page = 1
            while true {
                let list = try await storing { () async throws(StoreFault) in
                    try await store.page(Value.sealedList, page: page, size: Self.pageSize)
                }
                // What it holds may be sealed with a key that would be forgotten.
                if let id = list.damaged.first { throw .store(.unreadable(kind: Value.kind, id: id)) }
                for stored in list.records {
                    found += 1
                    if try await rewrap(stored, in: store) { changed += 1 }
                }
                if Int64(page * Self.pageSize) >= list.total { break }
                page += 1
            }
            wrapped += changed
            // A deletion moves records to an earlier page, unseen, so only a round without any change is the last.
            if changed == 0 {
                checked += found
                return
            }
        }
    }

    /// The word by which a start knows the key.
    package mutating func runCheck(in redis: RedisClient) async throws(Fault) {
        let place = VaultCheck.place
        let envelope = try await storing { () async throws(StoreFault) in
            do throws(RedisError) { return try await VaultCheck.envelope(in: redis) } catch {
                throw .unavailable(error)
            }
        }
        guard let envelope else { return }
        checked += 1
        guard let rewrapped = try sealing({ () throws(VaultFault) in try vault.rewrap(envelope, at: place) }) else {
            return
        }
        wrapped += 1
        _ = try await storing { () async throws(StoreFault) in
            do throws(RedisError) {
                return try await redis.send(RedisCommand("SET", VaultCheck.key, rewrapped, "XX"))
            } catch {
                throw .unavailable(error)
            }
        }
    }

    private func rewrap<Value: Sealable>(
        _ stored: Stored<Value>, in store: RecordStore<Value>
    ) async throws(Fault) -> Bool {
        let place = SealedPlace(kind: Value.kind, id: stored.value.id, field: Value.sealedField)
        let envelope = stored.value.sealed
        guard let rewrapped = try sealing({ () throws(VaultFault) in try vault.rewrap(envelope, at: place) }) else {
            return false
        }
        do throws(StoreFault) {
            // No audit entry for each: nothing that anybody can see has changed.
            try await store.replace(stored.value.resealed(rewrapped), ifVersion: stored.version, nil)
        } catch .versionMismatch {
            // Somebody changed it meanwhile; the next round sees to it.
        } catch .notFound {
            // Removed meanwhile.
        } catch {
            throw .store(error)
        }
        return true
    }

    private func storing<Result>(_ step: () async throws(StoreFault) -> Result) async throws(Fault) -> Result {
        do throws(StoreFault) { return try await step() } catch { throw .store(error) }
    }

    private func sealing<Result>(_ step: () throws(VaultFault) -> Result) throws(Fault) -> Result {
        do throws(VaultFault) { return try step() } catch { throw .vault(error) }
    }
}
