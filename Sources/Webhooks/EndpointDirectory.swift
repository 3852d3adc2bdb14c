// All endpoints that deliveries may name: those of weir.conf, those that stand in the running rule file, and those that were made through
// the API. Replaced whole at a reload or a change, so a lookup never sees half of one.

package import Gateway

package struct EndpointDirectory: Sendable {
    private let byID: [String: Endpoint]
    private var more: [[String: Endpoint]] = []

    package init(_ endpoints: some Sequence<Endpoint>) {
        byID = Dictionary(endpoints.map { ($0.id.text, $0) }) { first, _ in first }
    }

    /// These and others, without a copy of either. An id means the same in both, or stands in one only.
    package func and(_ others: EndpointDirectory) -> EndpointDirectory {
        var both = self
        both.more += [others.byID] + others.more
        return both
    }

    package subscript(id: String) -> Endpoint? {
        if let endpoint = byID[id] { return endpoint }
        for others in more {
            if let endpoint = others[id] { return endpoint }
        }
        return nil
    }
}
