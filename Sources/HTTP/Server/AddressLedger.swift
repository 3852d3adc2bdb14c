// How many connections each address has, over all loops of a listener: one peer shall not take the places of all.

import Loop
import Synchronization

package final class AddressLedger: Sendable {
    private let limit: Atomic<Int>
    /// By network.
    private let counts = Mutex<[IPAddress: Int]>([:])

    package init(connectionsPerAddress limit: Int) { self.limit = Atomic(limit) }

    /// Changed by a reload. Connections beyond a lowered limit stay until they end.
    package var connectionsPerAddress: Int {
        get { limit.load(ordering: .relaxed) }
        set { limit.store(newValue, ordering: .relaxed) }
    }

    /// Counts a connection, unless the address has its fill.
    func admit(_ address: IPAddress) -> Bool {
        let network = address.network
        return counts.withLock {
            let count = $0[network, default: 0]
            guard count < connectionsPerAddress else { return false }
            $0[network] = count + 1
            return true
        }
    }

    func release(_ address: IPAddress) {
        let network = address.network
        counts.withLock {
            guard let count = $0[network] else { return }
            $0[network] = count > 1 ? count - 1 : nil
        }
    }
}
