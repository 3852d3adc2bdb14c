// What a delivery, or a dead letter, is called in the API: its partition and its id there, `3-1700000000000-0`.

package import Gateway
package import Redis

package struct DeliveryID: Hashable, Sendable, CustomStringConvertible {
    package let partition: Partition
    package let id: StreamID

    package init(_ partition: Partition, _ id: StreamID) {
        self.partition = partition
        self.id = id
    }

    package init?(_ text: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[0]), let id = StreamID(String(parts[1])),
            let partition = Partition.all.first(where: { $0.number == number })
        else { return nil }
        self.init(partition, id)
        // One name for each thing: `03-…` and `3-007-0` are none.
        guard description == text else { return nil }
    }

    package var description: String { "\(partition.number)-\(id)" }
}
