// One replay on its way: partition by partition, a page of the source at a time, no faster than its rate. An account's events keep their
// order, since they are in one partition.

import Codec
import Events
import Gateway
import Loop
import Redis
import Routing
import Rules

/// Belongs to one loop.
final class ReplayCourse {
    enum Outcome {
        case goesOn
        case ended(Replay.Status, detail: String?)
    }

    private static let pageMax = 64
    /// Steps of so long at least, so that a fast replay is a few large ones.
    private static let stepFor = Duration.milliseconds(200)
    /// Also where nothing is sent: looking through what is kept must not keep Redis from others.
    private static let pauseMin = Duration.milliseconds(10)

    private let replay: Replay
    private let redis: RedisClient
    private var loop: EventLoop { redis.loop }
    private var matcher: FilterMatcher?
    private var partitions = Partition.all[...]
    /// Where it stands in the first of these; nil: that is to be asked.
    private var place: ReplayPlace?
    private(set) var nextStep: Instant

    init(_ replay: Replay, redis: RedisClient) {
        self.replay = replay
        self.redis = redis
        nextStep = redis.loop.now
        matcher = replay.filter.flatMap { Filter.check($0).filter }.map { FilterMatcher($0) }
    }

    func step(in world: ReplayWorld) async throws(RedisError) -> Outcome {
        if replay.filter != nil, matcher == nil { return .ended(.failed, detail: "its filter cannot be read any more") }
        guard world.knows(replay.endpoint) else { return .ended(.failed, detail: "the endpoint is gone") }
        guard let partition = partitions.first else { return .ended(.done, detail: nil) }
        let place: ReplayPlace
        if let known = self.place {
            place = known
        } else {
            place = try await ReplayPlace.read(replay.id, partition, from: redis)
        }
        guard !place.isDone else {
            advance()
            return partitions.isEmpty ? .ended(.done, detail: nil) : .goesOn
        }
        let entries = try await read(partition, behind: place.position)
        var chooser = Chooser(replay, world, matcher)
        var chosen: [(id: StreamID, eventID: String)] = []
        var examined = 0
        let sentMax = max(1, Int(replay.rate) * Int(Self.stepFor.milliseconds) / 1000)
        for entry in entries where chosen.count < sentMax {
            examined += 1
            if let id = chooser.eventID(of: entry) { chosen.append((entry.id, id)) }
        }
        matcher = chooser.matcher
        let isLast = examined == entries.count && entries.count < Self.pageMax
        let position = examined > 0 ? entries[examined - 1].id.description : place.position
        let step = ReplayStep(
            replay: replay, partition: partition, from: place.position, to: position, examined: examined,
            isLast: isLast, entries: chosen, rulesVersion: world.table.rules.version)
        guard let sent = try await step.run(on: redis) else {
            // A step whose reply was lost did happen, or another process took one.
            self.place = nil
            return .goesOn
        }
        self.place = ReplayPlace(position: position)
        nextStep = loop.now + max(Self.pauseMin, .milliseconds(Int64(sent) * 1000 / max(1, replay.rate)))
        if isLast { advance() }
        return partitions.isEmpty ? .ended(.done, detail: nil) : .goesOn
    }

    private func advance() {
        partitions = partitions.dropFirst()
        place = nil
    }

    private func read(_ partition: Partition, behind position: String) async throws(RedisError) -> [StreamEntry] {
        let reply: RedisValue
        switch replay.source {
        case .dead:
            // By when they died, which is later than the event: `Chooser` looks at that. Those of after the replay was asked for are not its.
            reply = try await redis.send(
                RedisCommand(
                    "XRANGE", partition.dead(replay.endpoint), "(" + position, String(replay.createdAt), "COUNT",
                    String(Self.pageMax)))
        case .all:
            let start = position == "0-0" ? String(replay.from) : "(" + position
            reply = try await redis.send(
                RedisCommand("XRANGE", partition.inbox, start, String(replay.to), "COUNT", String(Self.pageMax)))
        }
        return (reply.array ?? []).compactMap { StreamEntry($0) }
    }
}

/// Which entries of the source a replay is for.
private struct Chooser {
    private let replay: Replay
    var matcher: FilterMatcher?
    private var preview: RoutePreview?

    init(_ replay: Replay, _ world: ReplayWorld, _ matcher: FilterMatcher?) {
        self.replay = replay
        self.matcher = matcher
        if replay.source == .all { preview = RoutePreview(world.table, world.subscribers) }
    }

    /// The id of the entry's event; nil when the replay is not for it.
    mutating func eventID(of entry: StreamEntry) -> String? {
        guard let record = entry.value("event"), let event = try? Event(json: record.span), let id = event.text(of: .id)
        else { return nil }
        if matcher?.matches(event) == false { return nil }
        switch replay.source {
        case .dead:
            let accepted =
                entry.milliseconds("in") ?? entry.milliseconds("delivery") ?? Int64(clamping: entry.id.milliseconds)
            return (replay.from...max(replay.from, replay.to)).contains(accepted) ? id : nil
        case .all:
            // Most events are of other tenants.
            guard let tenant = event.text(of: .tenant), replay.endpoint.hasPrefix(tenant + "/") else { return nil }
            return preview?.endpoints(of: record).contains(replay.endpoint) == true ? id : nil
        }
    }
}

extension StreamEntry {
    /// Of a field that has the id of another entry.
    fileprivate func milliseconds(_ name: String) -> Int64? {
        value(name).flatMap { StreamID(String(decoding: $0, as: UTF8.self)) }.flatMap {
            $0 > .zero ? Int64(clamping: $0.milliseconds) : nil
        }
    }
}

extension ReplayWorld {
    fileprivate func knows(_ endpoint: String) -> Bool {
        table.endpoints.contains { $0.id.text == endpoint } || subscribers.endpoints.contains { $0.id.text == endpoint }
    }
}
