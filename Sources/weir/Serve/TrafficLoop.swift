// One of the loops that carry events: its share of the connections, of the partitions to route and of the webhooks to deliver.
// Loops share nothing; what a reload changes is handed to each.

import Crypto
import Gateway
import HTTP
import Ingest
import Loop
import Redis
import Routing
import Telemetry
import Webhooks

/// What all loops are made from.
struct TrafficPlan: Sendable {
    let prepared: Prepared
    let redis: RedisAddress
    /// Names this instance over restarts.
    let instance: String
    let ledger: AddressLedger
    let health: Health
    let log: Logger
    let edgeMetrics: EdgeMetrics
    let ingestMetrics: IngestMetrics
    let routingMetrics: RoutingMetrics
    let webhookMetrics: WebhookMetrics
}

/// Belongs to its loop: made on it, used on it.
final class TrafficLoop {
    /// Routed events stay in their stream this long, for a look back.
    private static let retention = Duration.seconds(3600)
    private static let drainFor = Duration.seconds(10)

    private let loop: EventLoop
    private let redis: RedisClient
    private let handler: CallbackHandler
    private let server: HTTPServer
    private let router: Router
    private let worker: WebhookWorker
    private let client: HTTPClient
    private var running: [Task<Void, Never>] = []

    init(on loop: EventLoop, _ plan: TrafficPlan) throws {
        self.loop = loop
        let configuration = plan.prepared.configuration
        let resolver = Resolver(loop: loop)
        let health = plan.health
        let part = "redis, loop \(loop.index)"
        health.set(part, isReady: false, detail: "connecting")
        redis = RedisClient(loop: loop, address: plan.redis, resolver: resolver, tls: plan.prepared.client) {
            health.set(part, isReady: $0, detail: $1)
        }
        func blocking() -> RedisClient {
            RedisClient(
                loop: loop, address: plan.redis, resolver: resolver, tls: plan.prepared.client,
                replyTimeout: StreamReader.blockFor + .seconds(5))
        }
        let appender = EventAppender(redis: redis, dedupeWindow: configuration.callbacks.dedupeWindow)
        handler = try CallbackHandler(
            sources: configuration.tenants.flatMap(\.sources), appender: appender,
            deadline: configuration.callbacks.deadline, random: .system, log: plan.log.named("callbacks"),
            metrics: plan.ingestMetrics)
        server = try HTTPServer(
            on: loop, at: configuration.publicListener.listen, tls: plan.prepared.tls,
            limits: configuration.edge.httpLimits,
            timeouts: configuration.edge.timeouts, ledger: plan.ledger, handler: handler,
            report: plan.edgeMetrics.observer(.public, log: plan.log.named("edge")))
        let owner = "\(plan.instance)/\(loop.index)"
        let routerReads = blocking()
        let workerReads = blocking()
        router = Router(
            redis: redis, blocking: routerReads, owner: owner, table: plan.prepared.table, retention: Self.retention,
            log: plan.log.named("router"), metrics: plan.routingMetrics)
        client = HTTPClient(
            loop: loop, resolver: resolver, tls: plan.prepared.client,
            admits: AddressPolicy(allowing: configuration.delivery.privateNetworks).admits)
        worker = WebhookWorker(
            redis: redis, blocking: workerReads, owner: owner, client: client, directory: plan.prepared.directory,
            schedule: RetrySchedule(delays: configuration.delivery.schedule), random: .system,
            log: plan.log.named("webhooks"), metrics: plan.webhookMetrics)
        running = [
            loop.spawn { [redis] in await redis.run() }, loop.spawn { await routerReads.run() },
            loop.spawn { await workerReads.run() }, loop.spawn { [server] in await server.run() },
            loop.spawn { [router] in await router.run() }, loop.spawn { [worker] in await worker.run() },
        ]
    }

    /// The new world, between two events of this loop.
    func commit(_ prepared: Prepared) throws {
        try handler.replace(sources: prepared.configuration.tenants.flatMap(\.sources))
        server.tls = prepared.tls
        router.table = prepared.table
        worker.directory = prepared.directory
        client.admits = AddressPolicy(allowing: prepared.configuration.delivery.privateNetworks).admits
    }

    /// Stops in the order in which events travel, so that what was accepted is routed and what was routed is delivered as far as
    /// time allows; the rest is in Redis.
    func drain() async {
        await server.drain(by: loop.now + Self.drainFor)
        await router.stop()
        await worker.stop(by: loop.now + Self.drainFor)
        client.closeIdle()
        redis.stop()
        for task in running { await task.value }
    }
}

extension EdgeLimits {
    var httpLimits: HTTPLimits { HTTPLimits(headBytes: headerLimit, bodyBytes: bodyLimit) }
    var timeouts: ServerTimeouts { ServerTimeouts(head: headerTimeout, body: bodyTimeout, idle: idleTimeout) }
}
