// One running Weir: what `TrafficLoop` (Sources/weir/Serve) is made of, loop by loop, on the simulated network. Killed, it is gone
// with all of its tasks; a new one is made in its place.

import Crypto
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

/// What is the same for all processes of all runs, and dear to make.
struct Fixtures: Sendable {
    let tls: TLSClient
    let rules: RuleSet
    let key: WebhookKey
    let routing: RoutingMetrics
    let webhooks: WebhookMetrics

    static let shared = Result { try Fixtures() }

    private init() throws {
        tls = try TLSClient(additionalTrust: nil)
        let text = "route \"all\" { to webhooks }"
        guard let rules = RuleSet.check([SourceFile(name: "simulation.rules", text: text)]).rules else {
            throw LuaError("the rules of the simulation have errors")
        }
        self.rules = rules
        key = try WebhookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let registry = MetricsRegistry()
        routing = RoutingMetrics(registry)
        webhooks = WebhookMetrics(registry)
    }
}

/// What all processes of a run are made from.
struct ProcessPlan {
    let world: World
    let network: Network
    let options: Options
    let table: RoutingTable
    let directory: EndpointDirectory
}

final class WeirProcess {
    let number: Int
    let name: String
    private(set) var loops: [SimulatedLoop] = []
    /// Takes callbacks.
    private(set) var isListening = true
    private(set) var isDead = false
    /// Ids of events, of this process' own.
    var ids = SequentialIDs()

    init(number: Int, name: String, _ plan: ProcessPlan) throws {
        self.number = number
        self.name = name
        let endpoints = EndpointBook()
        for index in 0..<plan.options.loopsPerProcess {
            loops.append(try SimulatedLoop(index: index, owner: "\(name)/\(index)", endpoints, plan))
        }
    }

    /// At once. What it had under way ends without any effect on the others.
    func kill(dropping: Bool, _ world: World) {
        isListening = false
        isDead = true
        for loop in loops { loop.host.sever(dropping: dropping) }
        for loop in loops {
            world.remove(loop.member)
            if !loop.bury(world) { world.broken("a killed process has a task that waits for ever") }
        }
    }

    /// In order: first the edge, then what follows.
    func stop(_ world: World, then done: @escaping () -> Void) {
        isListening = false
        var left = loops.count
        for loop in loops {
            loop.member.loop.spawn {
                await loop.drain(for: .seconds(10))
                left -= 1
                if left == 0 { world.after(.zero, done) }
            }
        }
    }
}

final class SimulatedLoop {
    let member: World.Member
    let host: Host
    let appender: EventAppender
    private let redis: RedisClient
    private let router: Router
    private let worker: WebhookWorker
    private let client: HTTPClient
    private let states: EndpointStateStore
    private var running: [Task<Void, Never>] = []
    private let terms: DeliveryTerms
    /// What the next reload brings into force.
    var newest: EndpointDirectory
    private var isDraining = false
    private var hasEnded = false

    init(index: Int, owner: String, _ endpoints: EndpointBook, _ plan: ProcessPlan) throws {
        let fixtures = try Fixtures.shared.get()
        newest = plan.directory
        var settings = DeliverySettings()
        settings.schedule = plan.options.schedule
        // So little that it is cut in most runs.
        settings.history.attemptsMax = 10
        terms = DeliveryTerms(settings)
        member = try plan.world.add(index: index)
        let loop = member.loop
        host = Host(owner, on: plan.network)
        loop.network = host
        let log = plan.world.trace?.logger(owner) ?? .silent
        let resolver = Resolver(loop: loop)
        let address = RedisAddress(unixPath: "/redis.sock")
        redis = RedisClient(loop: loop, address: address, resolver: resolver, needsDurability: true)
        func blockingClient() -> RedisClient {
            RedisClient(
                loop: loop, address: address, resolver: resolver, replyTimeout: StreamReader.blockFor + .seconds(5))
        }
        let routerReads = blockingClient()
        let workerReads = blockingClient()
        appender = EventAppender(redis: redis, settings: CallbackSettings())
        // Cut as early as can be, so that a cut into what waits to be routed would be seen.
        var history = HistorySettings()
        history.keep = .zero
        history.entriesMax = 1
        router = Router(
            redis: redis, blocking: routerReads, owner: owner, table: plan.table, subscribers: .none, history: history,
            isDisabled: { endpoints.isDisabled($0) }, log: log,
            metrics: fixtures.routing)
        client = HTTPClient(loop: loop, resolver: resolver, policy: ClientPolicy(tls: fixtures.tls))
        worker = WebhookWorker(
            redis: redis, blocking: workerReads, owner: owner, client: client, directory: plan.directory,
            terms: terms, endpoints: endpoints, herald: nil, random: .seeded(plan.world.random.next()), log: log,
            metrics: fixtures.webhooks)
        states = EndpointStateStore(redis: redis, table: endpoints)
        running = [
            loop.spawn { [redis] in await redis.run() }, loop.spawn { await routerReads.run() },
            loop.spawn { await workerReads.run() }, loop.spawn { [router] in await router.run() },
            loop.spawn { [worker] in await worker.run() },
        ]
    }

    /// As `TrafficLoop.commit`.
    func commit() { worker.replace(directory: newest, terms: terms) }

    /// As `EndpointFollower`, which tries again what fails.
    func hear(of endpoint: String) {
        member.loop.spawn { [states, member] in
            while (try? await states.refresh(endpoint)) == nil, !self.isDraining {
                await member.loop.sleep(until: member.loop.now + .milliseconds(200))
            }
        }
    }

    /// As `TrafficLoop.drain`.
    func drain(for time: Duration) async {
        guard !isDraining else { return }
        isDraining = true
        await router.stop()
        await worker.stop(by: member.loop.now + time)
        client.closeIdle()
        redis.stop()
        for task in running { await task.value }
        hasEnded = true
    }

    /// Lets the tasks of a loop without a network end, in a time of their own, so that they do not stay in memory.
    /// - Returns: false if they do not end.
    func bury(_ world: World) -> Bool {
        let loop = member.loop
        loop.spawn { await self.drain(for: .zero) }
        var time = world.now
        let turnsMax = 20_000
        for _ in 0..<turnsMax {
            if loop.isIdle {
                if hasEnded { return true }
                guard let due = loop.nextTimer else { return false }
                time = max(time, due)
            }
            loop.step(at: world.reading(of: member, at: time))
        }
        return false
    }
}

/// Event ids in the form of real ones, from a counter.
struct SequentialIDs {
    private var count: UInt64 = 0
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    mutating func next(process: Int) -> String {
        count += 1
        var rest = count
        var text = ""
        for _ in 0..<24 {
            text = String(Self.digits[Int(rest % 32)]) + text
            rest /= 32
        }
        return "evt_0\(Self.digits[process % 32])" + text
    }
}
