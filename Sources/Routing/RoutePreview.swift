// Asks to which endpoints an event would be delivered, outside of the router: a replay does.

import Gateway

/// Belongs to one loop, for its working memory.
package struct RoutePreview {
    private var planner: RoutingPlanner

    package init(_ table: RoutingTable, _ subscribers: SubscriberTable) {
        planner = RoutingPlanner(table, subscribers)
    }

    /// By their ids.
    package mutating func endpoints(of record: [UInt8]) -> [String] {
        planner.plan(record).filter { $0.stream == .webhooks }.compactMap { entry in
            entry.fields.first { $0.name == Delivery.Name.endpoint }.map { String(decoding: $0.value, as: UTF8.self) }
        }
    }
}
