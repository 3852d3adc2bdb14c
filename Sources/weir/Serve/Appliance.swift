// `weir serve`, assembled: a control loop on the main thread (signals, embedded Redis, operations, API, redirects) and the
// traffic loops, one thread each.

import API
import Crypto
import Deliveries
import Events
import Gateway
import HTTP
import Identity
import Ingest
import Language
import Limits
import Loop
import Records
import Redis
import Routing
import Rules
import Subscriptions
import Telemetry
import Webhooks

/// Belongs to the control loop.
final class Appliance {
    private static let drainFor = Duration.seconds(5)

    private let loop: EventLoop
    private let signals: Signals
    private let configurationPath: String
    private let surroundings: Surroundings
    private let log: Logger
    private let output: LogOutput
    private let health = Health()
    private let metrics = MetricsRegistry()
    private let edgeMetrics: EdgeMetrics
    private let limitsMetrics: LimitsMetrics
    private let bounds: EdgeBounds
    /// What is known of the endpoints that deliveries go to.
    private let endpoints = EndpointBook()
    private let reloads: Counter
    private let failedReloads: Counter
    private let lastReloadFailed: Gauge
    private let failingTests: Gauge
    /// What this process was started with: settings marked `restart` hold as they are here.
    private let started: Configuration
    private var prepared: Prepared
    /// The rules of `prepared`, for those who ask about them.
    private let running: RunningRules
    private var embedded: EmbeddedRedis?
    private var control: RedisClient?
    private var administration: Administration?
    private var outage: OutageLog?
    private var traffic: [LoopLocal<TrafficLoop>] = []
    /// What tenants made through the API; nil until it was read.
    private var subscribed: Subscribed?
    private var rules: RulesFollower?
    private var servers: [(server: HTTPServer, isSecure: Bool)] = []
    private var redirect: RedirectHandler?
    private var api: APIHandler?
    private var limiter: RequestLimiter?
    private var quotas: QuotaBook?
    private var probe: SubscriptionProbe?
    /// Of the public listeners of all loops, and of each of the control loop's.
    private var ledgers: [AddressLedger] = []
    /// Opened by a signal to stop, or by a fault that only a new start mends.
    private let ending = Gate()
    private var fatal: StartFault?
    private var isDraining = false

    init(
        loop: EventLoop, signals: Signals, prepared: Prepared, configurationPath: String, surroundings: Surroundings,
        descriptorLimit: Int, output: LogOutput
    ) {
        self.loop = loop
        self.signals = signals
        self.prepared = prepared
        started = prepared.configuration
        self.configurationPath = configurationPath
        self.surroundings = surroundings
        self.output = output
        log = Logger(subsystem: "weir", output: output)
        running = RunningRules(prepared.table.rules, path: prepared.configuration.rules, at: loop.timestamp)
        running.register(in: metrics)
        edgeMetrics = EdgeMetrics(metrics)
        limitsMetrics = LimitsMetrics(metrics)
        metrics.gauge("weir_webhook_breakers_open", "Endpoints that get only probes from this process, as they fail.") {
            [endpoints] in Double(endpoints.openCount)
        }
        metrics.gauge("weir_webhook_endpoints_disabled", "Endpoints that get nothing until somebody enables them.") {
            [endpoints] in Double(endpoints.disabledCount)
        }
        bounds = EdgeBounds(prepared.configuration.edge, descriptorLimit: descriptorLimit)
        reloads = metrics.counter("weir_reloads_total", "Reloads that took effect.")
        failedReloads = metrics.counter("weir_reload_failures_total", "Reloads refused because something was wrong.")
        failingTests = metrics.gauge(
            "weir_rule_tests_failing", "Faults of the tests of the rules in force; only a start lets any pass.")
        lastReloadFailed = metrics.gauge(
            "weir_reload_failed", "1 while the files differ from what runs because the last reload was refused.")
    }

    /// Starts everything, serves until told to stop, and drains.
    func run(_ data: DataFolder) async throws {
        for warning in prepared.warnings { log.warning(warning.summary) }
        for fault in prepared.testFaults { log.error("the rules are in force with a failing test", ["test": fault]) }
        failingTests.set(prepared.testFaults.count)
        health.set(
            "configuration", prepared.testFaults.isEmpty ? .ready : .degraded, detail: prepared.testSummary ?? "")
        // Until all loops listen: Redis may be there sooner.
        health.set("weir", .notReady, detail: "starting")
        try claimAddresses()
        try data.writeProcessID()
        let (control, address) = startRedis(in: data.path)
        let listening = loop.spawn { await self.listenToSignals() }
        defer { listening.cancel() }
        do {
            try startControlListeners(control)
            startAdministration(control, address)
            try await startTraffic(address, instance: data.instance)
            announce()
            followRules()
            _ = await ending.wait()
            if let fatal { throw fatal }
        } catch {
            await drain()
            throw error
        }
        await drain()
    }

    // MARK: Start

    private func startRedis(in folder: String) -> (RedisClient, RedisAddress) {
        let log = log.named("redis")
        let address: RedisAddress
        if let configured = prepared.configuration.redis {
            address = configured
        } else {
            let embedded = EmbeddedRedis(loop: loop, folder: folder) { event in
                switch event {
                case .started(let id):
                    FaultPoint.startRedisStarted.pass()
                    log.info("started redis-server", ["pid": Int(id)])
                case .adopted: log.info("found redis-server running, left by an earlier Weir")
                case .awaited:
                    log.warning(
                        "a redis-server left by an earlier Weir has the data folder and does not answer; waiting for it",
                        ["socket": "\(folder)/redis.sock"])
                case .mended(let bytes):
                    log.warning("cut an unfinished transaction off the log of redis-server", ["bytes": bytes])
                case .exited(let exit):
                    log.error("redis-server ended", ["how": "\(exit)", "log": "\(folder)/redis.log"])
                case .stopped: log.info("stopped redis-server")
                case .cannotStart(let reason):
                    log.error(
                        "cannot start redis-server; install it (apt-get install redis-server)", ["reason": reason])
                }
            }
            self.embedded = embedded
            address = embedded.address
            loop.spawn { await embedded.run() }
        }
        // Weir's own needs a moment to start, and is told of above.
        let outage = OutageLog(log, isExpected: embedded != nil)
        self.outage = outage
        let client = RedisClient(
            loop: loop, address: address, resolver: Resolver(loop: loop), tls: prepared.client, needsDurability: true
        ) { [health] isConnected, reason in
            health.set("redis", isConnected ? .ready : .notReady, detail: reason)
            outage.told(isConnected: isConnected, reason)
        }
        health.set("redis", .notReady, detail: "connecting")
        control = client
        loop.spawn { await client.run() }
        return (client, address)
    }

    /// Users, keys and all that the API keeps. The first administrator's password goes to standard output and nowhere else: logs
    /// are kept and read by many.
    private func startAdministration(_ redis: RedisClient, _ address: RedisAddress) {
        let blocking = RedisClient(
            loop: loop, address: address, resolver: Resolver(loop: loop), tls: prepared.client,
            replyTimeout: ChangeFeed.replyTimeout)
        let administration = Administration(
            redis: redis, blocking: blocking, masterKey: prepared.masterKey, prepared.configuration,
            endpoints: endpoints,
            replayWorld: { [unowned self] in subscribed.map { ReplayWorld(prepared.table, $0.table) } }, health: health,
            metrics: IdentityMetrics(metrics), log: log.named("identity"),
            publish: { [unowned self] in
                let subscribed = Subscribed($0)
                self.subscribed = subscribed
                for holder in traffic { hand(subscribed, to: holder) }
            })
        self.administration = administration
        loop.spawn {
            do throws(StartFault) {
                try await administration.open { username, password in
                    try? StandardOutput.write(FirstAdministrator.notice(username, password))
                }
                self.openAPI(redis, administration)
            } catch {
                self.fatal = error
                self.ending.open()
            }
        }
    }

    /// From now on the API answers for what Redis keeps.
    private func openAPI(_ redis: RedisClient, _ administration: Administration) {
        guard let parts = administration.parts else { return }
        let appender = EventAppender(redis: redis, settings: prepared.configuration.callbacks)
        let quotas = QuotaBook(
            redis: redis, quotas: prepared.quotas,
            herald: QuotaHerald(appender, log: log.named("limits"), metrics: limitsMetrics), metrics: limitsMetrics)
        self.quotas = quotas
        // Which addresses webhooks may reach can change by a reload; that reload says what it refuses.
        let probe = SubscriptionProbe(
            loop: loop,
            client: HTTPClient(loop: loop, resolver: Resolver(loop: loop), policy: prepared.clientPolicy),
            random: .system)
        self.probe = probe
        let endpoints = RuleEndpoints(
            surroundings: surroundings, delivery: prepared.configuration.delivery, policy: nil)
        let rules = RuleDesk(on: loop, running: running, faults: endpoints.faults(in:unopened:))
        let deliveries = DeliveryDesk(
            redis: redis, replays: parts.replays, states: EndpointStateStore(redis: redis, table: self.endpoints)
        ) { [unowned self] in
            (prepared.table.endpoints + (subscribed?.table.endpoints ?? [])).sorted { $0.id.text < $1.id.text }
        }
        api?.services = APIServices(
            redis: redis, audit: parts.audit, identity: parts.identity, tenants: parts.tenants, quotas: quotas,
            subscriptions: parts.subscriptions, probe: probe, endpoints: self.endpoints, rules: rules,
            deliveries: deliveries, idempotency: parts.idempotency, log: log.named("api"))
    }

    private func startControlListeners(_ redis: RedisClient) throws {
        let configuration = prepared.configuration
        func server(_ name: ListenerName, _ address: SocketAddress, isSecure: Bool, _ handler: any RequestHandler)
            throws
        {
            let server = try HTTPServer(
                on: loop, at: address, prepared.server(isSecure: isSecure), ledger: makeLedger(), bodies: bounds.bodies,
                // Probes are answered when nobody else is.
                descriptorCeiling: name == .operations ? .max : bounds.descriptorCeiling, handler: handler,
                report: edgeMetrics.observer(name, log: log.named("edge")))
            servers.append((server, isSecure))
            loop.spawn { await server.run() }
        }
        let basics = APIBasics(loop: loop, log: log.named("api"), health: health)
        let limiter = RequestLimiter(redis: redis, limits: configuration.limits, metrics: limitsMetrics)
        self.limiter = limiter
        let apiHandler = APIHandler(basics, try EndpointTable(), limiter)
        api = apiHandler
        let operations = OperationsHandler(health: health, metrics: metrics)
        try server(.operations, configuration.operationsListener, isSecure: false, operations)
        try server(.api, configuration.apiListener, isSecure: true, apiHandler)
        if let plain = configuration.plainListener {
            let port = configuration.publicListener.listen.port ?? 443
            let handler = RedirectHandler(base: prepared.redirectBase, port: port)
            redirect = handler
            try server(.plain, plain, isSecure: false, handler)
        }
    }

    private func makeLedger() -> AddressLedger {
        let ledger = AddressLedger(connectionsPerAddress: prepared.configuration.edge.connectionsPerAddress)
        ledgers.append(ledger)
        return ledger
    }

    /// With SO_REUSEPORT a second program of the same user would share a port in silence, so each is bound once without,
    /// before anything is started.
    private func claimAddresses() throws(StartFault) {
        let configuration = prepared.configuration
        let addresses: [(ListenerName, SocketAddress?)] = [
            (.public, configuration.roles.contains(.edge) ? configuration.publicListener.listen : nil),
            (.api, configuration.apiListener),
            (.operations, configuration.operationsListener), (.plain, configuration.plainListener),
        ]
        for case (let name, let address?) in addresses {
            do throws(StreamError) {
                _ = try Socket.listen(at: address, sharesPort: false)
            } catch {
                throw StartFault(
                    "cannot listen at \(address): \(error); \(remedy(ofBind: error)), or set "
                        + "`\(name.rawValue) { listen … }` to another address")
            }
        }
    }

    private func startTraffic(_ address: RedisAddress, instance: String) async throws {
        let configuration = prepared.configuration
        let count = configuration.loops == 0 ? EventLoop.coreCount : configuration.loops
        let plan = TrafficPlan(
            prepared: prepared, redis: address, instance: instance,
            ledger: makeLedger(), bounds: bounds, endpoints: endpoints, health: health, log: log,
            edgeMetrics: edgeMetrics, ingestMetrics: IngestMetrics(metrics), routingMetrics: RoutingMetrics(metrics),
            webhookMetrics: WebhookMetrics(metrics), limitsMetrics: limitsMetrics, loopCount: count)
        for index in 0..<count {
            let loop = try EventLoop(index: index)
            loop.start(named: "weir-loop-\(index)")
            let holder = LoopLocal<TrafficLoop>(on: loop)
            let failure = await loop.submit { () -> String? in
                do { holder.value = try TrafficLoop(on: loop, plan) } catch { return "\(error)" }
                return nil
            }.value
            if let failure { throw StartFault(failure) }
            traffic.append(holder)
            if let subscribed { hand(subscribed, to: holder) }
        }
    }

    private func hand(_ subscribed: Subscribed, to holder: LoopLocal<TrafficLoop>) {
        holder.loop.submit { holder.value?.take(subscribed) }
    }

    /// Says that Weir is ready when it is: Redis may take its time, or not come at all.
    private func announce() {
        let configuration = prepared.configuration
        let base = configuration.publicListener.url?.text ?? "https://\(configuration.publicListener.listen)"
        health.set("weir", .ready)
        health.onceReady { [log, prepared, loops = traffic.count] in
            log.info(
                "ready",
                [
                    "callbacks": "\(base)/callback/{source}", "api": "https://\(configuration.apiListener)",
                    "operations": "http://\(configuration.operationsListener)", "loops": loops,
                    "roles": configuration.roles.map(\.rawValue).joined(separator: ","),
                    "sources": prepared.sources.count, "rules": prepared.table.rules.version, "pid": Int(processID),
                ])
        }
    }

    // MARK: Life

    /// For the life of the process; during the drain, any signal but a child's end is an order.
    private func listenToSignals() async {
        while true {
            let signal = await signals.next()
            if signal == .child {
                embedded?.childEnded()
            } else if isDraining {
                endProcess(code: 130)
            } else if signal == .hangup {
                await reload(.signal)
            } else {
                ending.open()
            }
        }
    }

    private enum Occasion {
        case signal
        case rulesChanged
    }

    private func followRules() {
        let path = prepared.configuration.rules
        do throws(StreamError) {
            let follower = try RulesFollower(on: loop, path: path, read: prepared.rulesRead)
            rules = follower
            loop.spawn { await follower.run { if !self.isDraining { await self.reload(.rulesChanged) } } }
        } catch {
            log.warning(
                "cannot watch the rule files; after a change, send SIGHUP", ["path": path, "error": "\(error)"])
        }
    }

    /// Prepares the new world, and only if all of it is right, hands it to the loops. What needs a restart stays as it was.
    private func reload(_ occasion: Occasion) async {
        let next: Prepared
        rules?.noteReading()
        do {
            switch occasion {
            case .signal: next = try Preparation.reading(configurationPath, in: surroundings, resuming: prepared.tls)
            // An edit of weir.conf that is not ready yet is nobody's business when a rule changes.
            case .rulesChanged:
                log.info("the rule files changed", ["path": prepared.configuration.rules])
                next = try Preparation.preparing(prepared.file, in: surroundings, resuming: prepared.tls)
            }
            try next.demandRoutes(insteadOf: prepared.table.rules)
            try next.demandPassingTests()
        } catch {
            failedReloads.increment()
            lastReloadFailed.set(1)
            // What runs is right, so there is no reason to take it out of service.
            health.set("configuration", .degraded, detail: "reload refused: \(error)")
            running.refuseReload("\(error)", at: loop.timestamp)
            log.error("reload refused; the running configuration stays", ["reason": "\(error)"])
            return
        }
        FaultPoint.reloadPrepared.pass()
        for holder in traffic {
            let failure = await holder.loop.submit { () -> String? in
                do { try holder.value?.commit(next) } catch { return "\(error)" }
                return nil
            }.value
            if let failure { log.error("a loop could not take the reload", ["reason": failure]) }
            FaultPoint.reloadHalfCommitted.pass()
        }
        for (server, isSecure) in servers { server.settings = next.server(isSecure: isSecure) }
        for ledger in ledgers { ledger.connectionsPerAddress = next.configuration.edge.connectionsPerAddress }
        redirect?.base = next.redirectBase
        limiter?.limits = next.configuration.limits
        quotas?.quotas = next.quotas
        probe?.client.replace(policy: next.clientPolicy)
        control?.tls = next.client
        administration?.reload(next.configuration)
        FaultPoint.reloadCommitted.pass()
        output.setLevel(next.configuration.log.level)
        prepared = next
        running.replace(with: next.table.rules, path: next.configuration.rules, at: loop.timestamp)
        rules?.noteRead(next.rulesRead, at: next.configuration.rules)
        reloads.increment()
        lastReloadFailed.set(0)
        failingTests.set(0)
        health.set("configuration", .ready)
        log.info("reloaded", ["rules": next.table.rules.version])
        let waiting = Setting.table.filter { $0.reload == .restart && !$0.isSame(started, next.configuration) }
        if !waiting.isEmpty {
            let names = waiting.map(\.name).joined(separator: ", ")
            log.warning("needs a restart: \(names); until then they stay as they were at the start")
        }
        for warning in next.warnings { log.warning(warning.summary) }
    }

    // MARK: End

    private func drain() async {
        isDraining = true
        FaultPoint.stopDraining.pass()
        log.info("draining; a second signal ends at once")
        health.set("weir", .notReady, detail: "draining")
        let drains = traffic.map { holder in
            holder.loop.submit {
                await holder.value?.drain()
                holder.value = nil
            }
        }
        for drain in drains { await drain.value }
        for (server, _) in servers { await server.drain(by: loop.now + Self.drainFor) }
        probe?.client.closeIdle()
        await administration?.stop()
        FaultPoint.stopDrained.pass()
        outage?.isExpected = true
        if let control {
            await embedded?.stop(by: control)
            control.stop()
        }
        log.info("stopped")
    }
}

extension EventLoop {
    fileprivate var timestamp: Timestamp { Timestamp(milliseconds: wallMilliseconds) ?? .epoch }
}
