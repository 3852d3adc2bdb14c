// `weir serve`, assembled: a control loop on the main thread (signals, embedded Redis, operations, API, redirects) and the
// traffic loops, one thread each.

import API
import Gateway
import HTTP
import Ingest
import Language
import Loop
import Redis
import Routing
import Rules
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
    private let reloads: Counter
    private let failedReloads: Counter
    private var prepared: Prepared
    private var embedded: EmbeddedRedis?
    private var control: RedisClient?
    private var traffic: [LoopLocal<TrafficLoop>] = []
    private var servers: [HTTPServer] = []
    private var tlsServers: [HTTPServer] = []

    init(
        loop: EventLoop, signals: Signals, prepared: Prepared, configurationPath: String, surroundings: Surroundings,
        output: LogOutput
    ) {
        self.loop = loop
        self.signals = signals
        self.prepared = prepared
        self.configurationPath = configurationPath
        self.surroundings = surroundings
        self.output = output
        log = Logger(subsystem: "weir", output: output)
        edgeMetrics = EdgeMetrics(metrics)
        reloads = metrics.counter("weir_reloads_total", "Reloads that took effect.")
        failedReloads = metrics.counter("weir_reload_failures_total", "Reloads refused because something was wrong.")
    }

    /// Starts everything, serves until told to stop, and drains.
    func run(_ data: DataFolder) async throws {
        for warning in prepared.warnings { log.warning(warning.summary) }
        health.set("configuration", isReady: true)
        try claimAddresses()
        let address = startRedis(in: data.path)
        do {
            try startControlListeners()
            try await startTraffic(address, instance: data.instance)
            announce()
            await untilStopped()
        } catch {
            await drain()
            throw error
        }
        await drain()
    }

    // MARK: Start

    private func startRedis(in folder: String) -> RedisAddress {
        let log = log.named("redis")
        let address: RedisAddress
        if let configured = prepared.configuration.redis {
            address = configured
        } else {
            let embedded = EmbeddedRedis(loop: loop, folder: folder) { event in
                switch event {
                case .started(let id): log.info("started redis-server", ["pid": Int(id)])
                case .adopted: log.info("found redis-server running, left by an earlier Weir")
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
        let client = RedisClient(
            loop: loop, address: address, resolver: Resolver(loop: loop), tls: prepared.client
        ) { [health] isConnected, reason in
            health.set("redis", isReady: isConnected, detail: reason)
            if isConnected { log.info("connected") } else { log.debug("not connected", ["reason": reason]) }
        }
        health.set("redis", isReady: false, detail: "connecting")
        control = client
        loop.spawn { await client.run() }
        return address
    }

    private func startControlListeners() throws {
        let configuration = prepared.configuration
        func server(_ name: ListenerName, _ address: SocketAddress, tls: TLSServer?, _ handler: any RequestHandler)
            throws
        {
            let ledger = AddressLedger(connectionsPerAddress: configuration.edge.connectionsPerAddress)
            let server = try HTTPServer(
                on: loop, at: address, tls: tls, limits: configuration.edge.httpLimits,
                timeouts: configuration.edge.timeouts,
                ledger: ledger, handler: handler, report: edgeMetrics.observer(name, log: log.named("edge")))
            servers.append(server)
            if tls != nil { tlsServers.append(server) }
            loop.spawn { await server.run() }
        }
        let operations = OperationsHandler(health: health, metrics: metrics)
        try server(.operations, configuration.operationsListener, tls: nil, operations)
        try server(.api, configuration.apiListener, tls: prepared.tls, APIHandler(health: health, loop: loop))
        if let plain = configuration.plainListener {
            let base = configuration.publicListener.url.map { "https://" + $0.authority }
            let port = configuration.publicListener.listen.port ?? 443
            try server(.plain, plain, tls: nil, RedirectHandler(base: base, port: port))
        }
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
                    "cannot listen at \(address): \(error); stop what uses it, or set "
                        + "`\(name.rawValue) { listen … }` to another address")
            }
        }
    }

    private func startTraffic(_ address: RedisAddress, instance: String) async throws {
        let configuration = prepared.configuration
        let plan = TrafficPlan(
            prepared: prepared, redis: address, instance: instance,
            ledger: AddressLedger(connectionsPerAddress: configuration.edge.connectionsPerAddress), health: health,
            log: log,
            edgeMetrics: edgeMetrics, ingestMetrics: IngestMetrics(metrics), routingMetrics: RoutingMetrics(metrics),
            webhookMetrics: WebhookMetrics(metrics))
        let count = configuration.loops == 0 ? EventLoop.coreCount : configuration.loops
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
        }
    }

    private func announce() {
        let configuration = prepared.configuration
        let base = configuration.publicListener.url?.text ?? "https://\(configuration.publicListener.listen)"
        log.info(
            "ready",
            [
                "callbacks": "\(base)/callback/{source}", "api": "https://\(configuration.apiListener)",
                "operations": "http://\(configuration.operationsListener)", "loops": traffic.count,
                "roles": configuration.roles.map(\.rawValue).joined(separator: ","),
                "sources": configuration.tenants.flatMap(\.sources).count, "rules": prepared.table.rules.version,
            ])
    }

    // MARK: Life

    private func untilStopped() async {
        while true {
            switch await signals.next() {
            case .interrupt, .terminate: return
            case .hangup: await reload()
            case .child: embedded?.childEnded()
            }
        }
    }

    /// Prepares the new world, and only if all of it is right, hands it to the loops. What needs a restart stays as it was.
    private func reload() async {
        let next: Prepared
        do {
            next = try Prepared(
                configurationPath: configurationPath, surroundings: surroundings, resuming: prepared.tls)
        } catch {
            failedReloads.increment()
            health.set("configuration", isReady: false, detail: "reload refused: \(error)")
            log.error("reload refused; the running configuration stays", ["reason": "\(error)"])
            return
        }
        for holder in traffic {
            let failure = await holder.loop.submit { () -> String? in
                do { try holder.value?.commit(next) } catch { return "\(error)" }
                return nil
            }.value
            if let failure { log.error("a loop could not take the reload", ["reason": failure]) }
        }
        for server in tlsServers { server.tls = next.tls }
        output.setLevel(next.configuration.log.level)
        prepared = next
        reloads.increment()
        health.set("configuration", isReady: true)
        log.info("reloaded", ["rules": next.table.rules.version])
        for warning in next.warnings { log.warning(warning.summary) }
    }

    // MARK: End

    private func drain() async {
        log.info("draining; a second signal ends at once")
        health.set("weir", isReady: false, detail: "draining")
        let impatience = loop.spawn {
            // Children end during the drain; any other signal is an order.
            while true {
                if await self.signals.next() == .child { self.embedded?.childEnded() } else { endProcess(code: 130) }
            }
        }
        let drains = traffic.map { holder in
            holder.loop.submit {
                await holder.value?.drain()
                holder.value = nil
            }
        }
        for drain in drains { await drain.value }
        for server in servers { await server.drain(by: loop.now + Self.drainFor) }
        if let control {
            await embedded?.stop(by: control)
            control.stop()
        }
        impatience.cancel()
        log.info("stopped")
    }
}
