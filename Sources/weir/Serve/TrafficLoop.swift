// One of the loops that carry events: its share of the connections, of the partitions to route and of the webhooks to deliver.
// Loops share nothing; what a reload changes is handed to each.

import Crypto
import Gateway
import HTTP
import Ingest
import Limits
import Loop
import Redis
import Routing
import Telemetry
import Webhooks

/// What all loops are made from.
struct TrafficPlan: Sendable {
    /// What a start or the last reload made.
    var prepared: Prepared
    let redis: RedisAddress
    /// Names this instance over restarts.
    let instance: String
    let ledger: AddressLedger
    let bounds: EdgeBounds
    let endpoints: EndpointBook
    let health: Health
    let log: Logger
    let edgeMetrics: EdgeMetrics
    let ingestMetrics: IngestMetrics
    let routingMetrics: RoutingMetrics
    let webhookMetrics: WebhookMetrics
    let limitsMetrics: LimitsMetrics
    /// How many loops there are.
    let loopCount: Int
}

/// What tenants subscribed to, as the parts of a loop take it: made once for all loops.
struct Subscribed: Sendable {
    let table: SubscriberTable
    let directory: EndpointDirectory

    init(_ subscribers: [Subscriber]) {
        table = SubscriberTable(subscribers)
        directory = EndpointDirectory(table.endpoints)
    }
}

/// Belongs to its loop: made on it, used on it. Has the parts that the process' roles ask for.
final class TrafficLoop {
    private static let drainFor = Duration.seconds(10)

    private let loop: EventLoop
    private var plan: TrafficPlan
    private var prepared: Prepared { plan.prepared }
    private let resolver: Resolver
    private let redis: RedisClient
    /// What tenants made through the API. Until it is known nothing is routed, as an event would miss who subscribed to it.
    private var subscribed: Subscribed?
    /// Those of `blockingClient`.
    private var waitingClients: [RedisClient] = []
    private var edge: (server: HTTPServer, handler: CallbackHandler)?
    private var router: Router?
    private var delivery: (worker: WebhookWorker, client: HTTPClient)?
    private var running: [Task<Void, Never>] = []
    private var isDraining = false

    init(on loop: EventLoop, _ plan: TrafficPlan) throws {
        self.loop = loop
        self.plan = plan
        let health = plan.health
        let part = "redis, loop \(loop.index)"
        health.set(part, .notReady, detail: "connecting")
        resolver = Resolver(loop: loop)
        redis = RedisClient(
            loop: loop, address: plan.redis, resolver: resolver, tls: plan.prepared.client, needsDurability: true
        ) {
            health.set(part, $0 ? .ready : .notReady, detail: $1)
        }
        run { [redis] in await redis.run() }
        if prepared.configuration.roles.contains(.edge) { try startEdge() }
    }

    /// Tenants changed what they subscribed to, or it is known for the first time.
    func take(_ subscribed: Subscribed) {
        let isFirst = self.subscribed == nil
        self.subscribed = subscribed
        guard !isDraining else { return }
        if isFirst {
            let roles = prepared.configuration.roles
            if roles.contains(.router) { startRouter(subscribed) }
            if roles.contains(.worker) { startWorker(subscribed) }
        } else {
            router?.subscribers = subscribed.table
            if let delivery { replaceDirectory(delivery.worker) }
        }
    }

    private func replaceDirectory(_ worker: WebhookWorker) {
        guard let subscribed else { return }
        worker.replace(
            directory: prepared.directory.and(subscribed.directory), terms: prepared.terms)
    }

    private func startEdge() throws {
        let configuration = plan.prepared.configuration
        let appender = EventAppender(redis: redis, settings: configuration.callbacks)
        let limiter = CallbackLimiter(
            redis: redis, quotas: plan.prepared.quotas, loopCount: plan.loopCount,
            herald: QuotaHerald(appender, log: plan.log.named("limits"), metrics: plan.limitsMetrics),
            metrics: plan.limitsMetrics)
        let handler = try CallbackHandler(
            sources: plan.prepared.sources, appender: appender, limiter: limiter, random: .system,
            log: plan.log.named("callbacks"), metrics: plan.ingestMetrics)
        let server = try HTTPServer(
            on: loop, at: configuration.publicListener.listen, plan.prepared.server(isSecure: true),
            ledger: plan.ledger, bodies: plan.bounds.bodies, descriptorCeiling: plan.bounds.descriptorCeiling,
            handler: handler,
            report: plan.edgeMetrics.observer(.public, log: plan.log.named("edge")))
        server.faultPoints = ServerFaultPoints(received: .callbackReceived, answered: .callbackAnswered)
        edge = (server, handler)
        run { await server.run() }
    }

    private func startRouter(_ subscribed: Subscribed) {
        let router = Router(
            redis: redis, blocking: blockingClient(), owner: owner, table: prepared.table,
            subscribers: subscribed.table, history: prepared.configuration.history,
            isDisabled: { [endpoints = plan.endpoints] in endpoints.isDisabled($0) }, log: plan.log.named("router"),
            metrics: plan.routingMetrics)
        self.router = router
        run { await router.run() }
    }

    private func startWorker(_ subscribed: Subscribed) {
        let client = HTTPClient(loop: loop, resolver: resolver, policy: prepared.clientPolicy)
        client.sentFaultPoint = .deliverySent
        let worker = WebhookWorker(
            redis: redis, blocking: blockingClient(), owner: owner, client: client,
            directory: prepared.directory.and(subscribed.directory), terms: prepared.terms, endpoints: plan.endpoints,
            herald: EndpointHerald(
                EventAppender(redis: redis, settings: prepared.configuration.callbacks), log: plan.log.named("webhooks")
            ),
            random: .system, log: plan.log.named("webhooks"), metrics: plan.webhookMetrics)
        delivery = (worker, client)
        run { await worker.run() }
    }

    private var owner: String { "\(plan.instance)/\(loop.index)" }

    /// A connection of its own for reads that wait in Redis.
    private func blockingClient() -> RedisClient {
        let client = RedisClient(
            loop: loop, address: plan.redis, resolver: resolver, tls: prepared.client,
            replyTimeout: StreamReader.blockFor + .seconds(5))
        waitingClients.append(client)
        run { await client.run() }
        return client
    }

    private func run(_ part: @escaping () async -> Void) { running.append(loop.spawn(part)) }

    /// The new world, between two events of this loop.
    func commit(_ prepared: Prepared) throws {
        plan.prepared = prepared
        for client in [redis] + waitingClients { client.tls = prepared.client }
        if let edge {
            try edge.handler.replace(
                sources: prepared.sources, settings: prepared.configuration.callbacks, quotas: prepared.quotas)
            edge.server.settings = prepared.server(isSecure: true)
        }
        router?.table = prepared.table
        router?.history = prepared.configuration.history
        if let delivery {
            delivery.client.replace(policy: prepared.clientPolicy)
            replaceDirectory(delivery.worker)
        }
    }

    /// Stops in the order in which events travel, so that what was accepted is routed and what was routed is delivered as far as
    /// time allows; the rest is in Redis.
    func drain() async {
        isDraining = true
        await edge?.server.drain(by: loop.now + Self.drainFor)
        await router?.stop()
        await delivery?.worker.stop(by: loop.now + Self.drainFor)
        delivery?.client.closeIdle()
        redis.stop()
        for task in running { await task.value }
    }
}
