// What a batch of events turns into: the entries to append to target streams. Pure: decides, writes nothing.

import Events
import Gateway
import Redis
import Rules

/// One entry for a target stream of the batch's partition.
struct PlannedEntry: Equatable {
    enum Stream: String, CaseIterable {
        case webhooks, accounts, outbound, alerts, unroutable
    }

    let stream: Stream
    let fields: [(name: String, value: [UInt8])]

    /// What it adds to a commit, roughly.
    var byteCount: Int { fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.count } }

    static func == (left: PlannedEntry, right: PlannedEntry) -> Bool {
        left.stream == right.stream && left.fields.elementsEqual(right.fields, by: ==)
    }
}

/// Belongs to one loop, for the matcher's working memory.
struct RoutingPlanner {
    let table: RoutingTable
    /// Replaced more often than the table, which is dear to begin with.
    var subscribers: SubscriberTable {
        didSet { filters.removeAll() }
    }
    /// Asked about each endpoint: a disabled one gets nothing.
    private let isDisabled: (String) -> Bool
    private var matcher: Matcher
    /// Those of subscribers' filters that were asked, by endpoint.
    private var filters: [String: FilterMatcher] = [:]
    /// Of the event that was planned last.
    private(set) var decision = Decision()

    init(
        _ table: RoutingTable, _ subscribers: SubscriberTable = .none,
        isDisabled: @escaping (String) -> Bool = { _ in false }
    ) {
        self.table = table
        self.subscribers = subscribers
        self.isDisabled = isDisabled
        matcher = Matcher(table.rules)
    }

    /// Where one event record goes. An event is delivered once to an endpoint, however many routes name it.
    /// - Parameter inboxID: where the record stands in its partition's inbox.
    mutating func plan(_ record: [UInt8], from inboxID: StreamID = .zero) -> [PlannedEntry] {
        let event: Event
        do throws(EventFault) {
            event = try Event(json: record.span)
        } catch {
            // Written by no version of Weir that this one understands: kept for a human to look at.
            decision = Decision()
            return [PlannedEntry(stream: .unroutable, fields: [("event", record), ("error", Array("\(error)".utf8))])]
        }
        matcher.decide(event, into: &decision)
        let tenant = event.text(of: .tenant) ?? ""
        let common = [("event", record), ("rules", Array(table.rules.version.utf8))]
        var entries: [PlannedEntry] = []
        var endpoints: [String] = []
        for place in decision.targets {
            switch table.rules.targets[place] {
            case .webhooks:
                for endpoint in table.subscribed(to: event.type, tenant: tenant) where !endpoints.contains(endpoint) {
                    endpoints.append(endpoint)
                }
                for subscriber in subscribers.of(tenant) where wants(subscriber, event) {
                    let endpoint = subscriber.endpoint.id.text
                    if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
                }
            case .webhook:
                guard let endpoint = table.endpoint(ofTarget: place, tenant: tenant) else { continue }
                if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
            case .alert(let name, let level):
                entries.append(
                    PlannedEntry(
                        stream: .alerts,
                        fields: common + [("alert", Array(name.utf8)), ("level", Array(level.rawValue.utf8))]))
            case .accounts: entries.append(PlannedEntry(stream: .accounts, fields: common))
            case .outbound: entries.append(PlannedEntry(stream: .outbound, fields: common))
            case .drop: continue
            }
        }
        let id = event.text(of: .id) ?? ""
        // What Weir says of an endpoint does not go there: it would only fail again.
        let subject = event.text(of: .endpoint)
        for endpoint in endpoints where endpoint != subject && !isDisabled(endpoint) {
            entries.append(
                PlannedEntry(
                    stream: .webhooks,
                    fields: [
                        (Delivery.Name.endpoint, Array(endpoint.utf8)), (Delivery.Name.eventID, Array(id.utf8)),
                        (Delivery.Name.rulesVersion, Array(table.rules.version.utf8)),
                        (Delivery.Name.inboxID, Array(inboxID.description.utf8)), (Delivery.Name.record, record),
                    ]))
        }
        return entries
    }

    private mutating func wants(_ subscriber: Subscriber, _ event: Event) -> Bool {
        guard subscriber.isReceiving, subscriber.endpoint.types.contains(event.type) else { return false }
        guard let filter = subscriber.filter else { return true }
        return filters[subscriber.endpoint.id.text, default: FilterMatcher(filter)].matches(event)
    }
}
