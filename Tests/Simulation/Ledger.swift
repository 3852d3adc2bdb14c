// What a run knows of every event: sent, acknowledged, kept, routed, delivered. It watches the stand-in for Redis and the receivers,
// not Weir, and says at once when one of the invariants of ARCHITECTURE.md is broken; `settle` says what is still owed.

import Gateway
import Loop
import Redis

final class Ledger {
    /// One event of one callback, whatever records were made of it.
    private struct Fact: Hashable {
        let callback: Int
        let part: Int
    }

    private struct Kept {
        let fact: Fact
        let tenant: String
        let account: String
        let record: Bytes
    }

    private struct Attempted: Hashable {
        let endpoint: String
        let id: String
    }

    private let world: World
    private let options: Options
    /// By event id: each try to send a callback makes records of its own.
    private var sent: [String: Kept] = [:]
    private var acknowledged: Set<Fact> = []
    /// The event id under which a fact was kept, and its place among all that were kept in its partition.
    private var kept: [Fact: (id: String, place: Int)] = [:]
    private var keptCount: [String: Int] = [:]
    /// By stream and endpoint: the place of what was routed last.
    private var routedLast: [String: Int] = [:]
    private var routedAt: [Attempted: Instant] = [:]
    private var streamIDs: [String: Attempted] = [:]
    private var delivered: Set<Attempted> = []
    private var dead: Set<Attempted> = []
    private var gone: Set<Attempted> = []
    /// Endpoints that answered 410 once: they are disabled, and get nothing any more.
    private var closed: Set<String> = []
    /// Told of endpoints whose state in Redis is another now.
    var onEndpointChange: (String) -> Void = { _ in }
    /// What was put off or failed once: it may come late.
    private var putOff: Set<Attempted> = []
    /// First arrivals at each endpoint, in order.
    private var arrivals: [String: [(what: Attempted, at: Instant)]] = [:]
    private var arrivalCount: [Attempted: Int] = [:]
    private var tokens: [String: Int] = [:]

    init(world: World, options: Options) {
        self.world = world
        self.options = options
    }

    // MARK: The edge

    func sending(_ callback: Options.Callback, part: Int, id: String, record: Bytes) {
        sent[id] = Kept(
            fact: Fact(callback: callback.number, part: part), tenant: callback.tenant, account: callback.account,
            record: record)
    }

    func acknowledged(_ callback: Options.Callback) {
        for part in callback.dedupes.indices {
            let fact = Fact(callback: callback.number, part: part)
            acknowledged.insert(fact)
            if kept[fact] == nil {
                world.broken("callback \(callback.number) was acknowledged before it was kept (invariant 1)")
            }
        }
    }

    // MARK: Redis

    func watch(_ redis: RedisStandIn) {
        redis.onAppend = { [unowned self] in appended($0, $1, $2) }
        redis.onScript = { [unowned self, unowned redis] in ran($0, redis) }
        redis.onCommand = { [unowned self] in command($0, $1) }
    }

    private func appended(_ key: String, _ id: StreamID, _ fields: [(name: Bytes, value: Bytes)]) {
        func value(_ name: String) -> Bytes { fields.first { $0.name.text == name }?.value ?? [] }
        let partition = key.prefix { $0 != "}" }
        if key.hasSuffix(":in") {
            let record = value("event")
            let id = Self.id(of: record)
            guard let event = sent[id], event.record == record else { return world.broken("an unknown record is kept") }
            let fact = event.fact
            if kept[fact] != nil {
                world.broken("event \(fact.part) of callback \(fact.callback) is kept twice (invariant 2)")
            }
            keptCount[String(partition), default: 0] += 1
            kept[fact] = (id, keptCount[String(partition)] ?? 0)
        } else if key.hasSuffix(":webhooks") {
            routed(Attempted(endpoint: value("endpoint").text, id: value("id").text), in: String(partition), id)
        } else if key.contains(":dead:") {
            let what = Attempted(endpoint: value("endpoint").text, id: value("id").text)
            dead.insert(what)
            let attempts = Int(value("attempts").text) ?? 0
            let isClosed = closed.contains(what.endpoint) && value("reason").text == "endpoint_disabled"
            if attempts < options.schedule.count, !gone.contains(what), !isClosed {
                world.broken(
                    "\(what.id) to \(what.endpoint) is given up after \(attempts) attempts: \(value("reason").text)")
            }
        } else if key == "weir:{records}:changes" {
            onEndpointChange(value("id").text)
        } else if key.hasSuffix(":unroutable") {
            world.broken("a record was not understood by the router")
        }
    }

    /// Every record begins with its id.
    private static func id(of record: Bytes) -> String {
        "evt" + record.drop { $0 != UInt8(ascii: "_") }.prefix { $0 != UInt8(ascii: "\"") }.text
    }

    private func routed(_ what: Attempted, in partition: String, _ id: StreamID) {
        guard let event = sent[what.id], let place = kept[event.fact]?.place else {
            return world.broken("\(what.id) is routed and was never kept")
        }
        if event.tenant != what.endpoint.prefix(while: { $0 != "/" }) {
            world.broken("\(what.id) of \(event.tenant) is routed to \(what.endpoint) (invariant 5)")
        }
        let line = partition + what.endpoint
        if place <= routedLast[line] ?? 0 {
            world.broken("\(what.id) is routed to \(what.endpoint) twice or out of order (invariant 3)")
        }
        routedLast[line] = place
        routedAt[what] = world.now
        streamIDs["\(partition)\(id)"] = what
    }

    private func ran(_ run: ScriptRun, _ redis: RedisStandIn) {
        guard run.isFenced, let key = run.keys.first, let value = run.arguments.first else { return }
        guard case .text(value) = redis.value(key) else {
            return world.broken("a commit under \(value.text) went through, and \(key) is another's (invariant 3)")
        }
    }

    private func command(_ name: String, _ words: [Bytes]) {
        guard name == "ZADD" || name == "SET" else { return }
        let key = words[1].text
        if name == "ZADD" {
            guard key.hasSuffix(":retry") else { return }
            let partition = String(key.prefix { $0 != "}" })
            if let what = streamIDs[partition + words[3].text] { putOff.insert(what) }
        } else if key.contains(":lease:") {
            let token = words[2].text.split(separator: "#").last.flatMap { Int($0) } ?? 0
            // A renewal sets the token that stands already.
            if token < tokens[key] ?? 0 { world.broken("\(key) goes back to token \(token) (invariant 3)") }
            if token == tokens[key], owners[key] != words[2] {
                world.broken("\(key) has two owners under token \(token)")
            }
            tokens[key] = token
            owners[key] = words[2]
        }
    }

    private var owners: [String: Bytes] = [:]

    // MARK: Receivers

    func arrived(at receiver: Receiver, _ head: String, _ body: Bytes, status: Int?) {
        let id = head.field("webhook-id")?.uppercased().replacing("EVT_", with: "evt_") ?? ""
        let what = Attempted(endpoint: receiver.id, id: id)
        world.mix(Int64(body.count))
        world.note("\(receiver.id) gets \(id), answers \(status.map { String($0) } ?? "nothing")")
        guard let event = sent[id] else { return world.broken("\(receiver.id) got the unknown \(id)") }
        if event.tenant != receiver.tenant { world.broken("\(receiver.id) got \(id) of \(event.tenant) (invariant 5)") }
        if event.record != body { world.broken("\(receiver.id) got \(id) with another body") }
        if kept[event.fact]?.id != id { world.broken("\(receiver.id) got \(id), which was not kept") }
        arrivalCount[what, default: 0] += 1
        if arrivalCount[what] == 1 { arrivals[receiver.id, default: []].append((what, world.now)) }
        switch status {
        case .some(200..<300): delivered.insert(what)
        case 410:
            gone.insert(what)
            closed.insert(what.endpoint)
        default: break
        }
    }

    // MARK: The end

    /// What is still owed to the senders: nil when all of it was delivered, or is a dead letter for a reason.
    func debt() -> String? {
        for fact in acknowledged.sorted(by: { ($0.callback, $0.part) < ($1.callback, $1.part) }) {
            guard let id = kept[fact]?.id, let event = sent[id] else { continue }
            for endpoint in options.endpoints where endpoint.tenant == event.tenant && !closed.contains(endpoint.id) {
                let what = Attempted(endpoint: endpoint.id, id: id)
                if !delivered.contains(what), !dead.contains(what) {
                    return
                        "\(id) (callback \(fact.callback)) was acknowledged and never reached \(endpoint.id) (invariant 1)"
                }
            }
        }
        return nil
    }

    /// Checks that look at the whole of a run.
    func settle() {
        // While settings change, what is under way goes on beside what begins.
        if !options.kinds.contains(.reload) {
            for endpoint in options.endpoints where endpoint.concurrency == 1 { checkOrder(at: endpoint.id) }
        }
        if options.faults.allSatisfy(\.fault.isOfEndpoints) { checkIndependence() }
    }

    /// One at a time, and never put off: then an endpoint sees an account's events in the order in which they were kept.
    private func checkOrder(at endpoint: String) {
        var last: [String: Int] = [:]
        for (what, _) in arrivals[endpoint] ?? [] where !putOff.contains(what) {
            guard let event = sent[what.id], let place = kept[event.fact]?.place else { continue }
            let account = "\(event.tenant) \(event.account)"
            if place < last[account] ?? 0 { world.broken("\(what.id) reached \(endpoint) out of order (invariant 3)") }
            last[account] = place
        }
    }

    /// How late a delivery to a healthy endpoint may come while others are dead: far less than any of their time-outs that
    /// add up, far more than a healthy one ever takes.
    private static let promptly = Duration.seconds(6)

    private func checkIndependence() {
        let troubled = options.troubledEndpoints
        for (number, endpoint) in options.endpoints.enumerated() where !troubled.contains(number) {
            for (what, at) in arrivals[endpoint.id] ?? [] {
                if arrivalCount[what] != 1 { world.broken("\(what.id) reached \(endpoint.id) twice for no reason") }
                guard let routed = routedAt[what], at - routed > Self.promptly else { continue }
                world.broken(
                    "\(what.id) reached \(endpoint.id) \((at - routed).seconds) s after it was routed (invariant 4)")
            }
        }
    }
}

extension Options {
    /// The places of endpoints that some fault concerns.
    var troubledEndpoints: Set<Int> {
        Set(
            faults.compactMap {
                switch $0.fault {
                case .endpoint(let number, _, _), .cutEndpoint(_, _, let number, _, _, _): number
                default: nil
                }
            })
    }
}
