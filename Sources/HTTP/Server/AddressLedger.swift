// How many connections each address has, over all loops of a listener: one peer shall not take the places of all.

import Loop
import Synchronization

package final class AddressLedger: Sendable {
    private let limit: Atomic<Int>
    /// By network: a peer with IPv6 has 2^64 addresses of its own (RFC 6177), so its first 64 bits count.
    private let counts = Mutex<[IPAddress: Int]>([:])

    package init(connectionsPerAddress limit: Int) { self.limit = Atomic(limit) }

    /// Changed by a reload. Connections beyond a lowered limit stay until they end.
    package var connectionsPerAddress: Int {
        get { limit.load(ordering: .relaxed) }
        set { limit.store(newValue, ordering: .relaxed) }
    }

    /// Counts a connection, unless the address has its fill.
    func admit(_ address: IPAddress) -> Bool {
        let network = Self.network(of: address)
        return counts.withLock {
            let count = $0[network, default: 0]
            guard count < connectionsPerAddress else { return false }
            $0[network] = count + 1
            return true
        }
    }

    func release(_ address: IPAddress) {
        let network = Self.network(of: address)
        counts.withLock {
            guard let count = $0[network] else { return }
            $0[network] = count > 1 ? count - 1 : nil
        }
    }

    private static func network(of address: IPAddress) -> IPAddress {
        address.isV4 ? address : IPAddress(high: address.high, low: 0)
    }
}
