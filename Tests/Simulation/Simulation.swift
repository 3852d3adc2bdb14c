// One run: Weir, its Redis, its senders and its tenants in one process and one thread, in virtual time, all drawn from one seed.
// While it goes on the ledger watches the invariants; after the trouble all is healed, and everything owed must be delivered.

import Events
import Gateway
import Loop
import Redis
import Routing
import TestBasics
import Webhooks

package final class Simulation {
    package struct Outcome {
        package let options: Options
        /// What was broken; nil if all held.
        package let violation: String?
        /// The same for each run of a seed.
        package let digest: UInt64
        package let turns: Int
        package let virtualTime: Duration
    }

    private let options: Options
    private let canary: Canary?
    private let world: World
    private let network: Network
    private let redis: RedisService
    private let ledger: Ledger
    private let plan: ProcessPlan
    private var receivers: [Receiver] = []
    private var processes: [WeirProcess?] = []
    private var started = 0
    private var reloads = 0
    private var troubledUntil: [Instant]

    /// After the trouble, what has to pass in the worst case: a silent connection is noticed (35 s), a lease expires, clocks that
    /// differ by up to a minute agree that a retry is due, and every pause of the schedule.
    private static let patience = Duration.seconds(400)
    private static let lookEvery = Duration.seconds(1)

    package static func run(seed: UInt64, canary: Canary? = nil) throws -> Outcome {
        try run(Options(seed: seed), canary: canary)
    }

    /// Plays a seed again, to tell all about it.
    package static func report(seed: UInt64, canary: Canary? = nil, linesMax: Int = 150) throws -> String {
        try report(Options(seed: seed), canary: canary, linesMax: linesMax)
    }

    static func report(_ options: Options, canary: Canary? = nil, linesMax: Int = 150) throws -> String {
        let trace = Trace()
        let outcome = try run(options, canary: canary, trace: trace)
        let lines = trace.text.suffix(linesMax).joined(separator: "\n")
        return """
            \(outcome.options)
            \(lines)
            \(outcome.violation.map { "broken \($0)" } ?? "nothing is broken")
            Deploy/simulate --seed \(outcome.options.seed) --trace replays this
            """
    }

    /// - Parameter prepare: gets the empty stand-in for Redis before anything happens.
    static func run(
        _ options: Options, canary: Canary? = nil, trace: Trace? = nil, prepare: (RedisStandIn) -> Void = { _ in }
    ) throws -> Outcome {
        let simulation = try Simulation(options, canary, trace)
        prepare(simulation.redis.standIn)
        return try simulation.run()
    }

    private init(_ options: Options, _ canary: Canary?, _ trace: Trace?) throws {
        self.options = options
        self.canary = canary
        world = World(random: SplitMix64(seed: options.runSeed), trace: trace)
        network = Network(world: world, latency: options.latency, splits: options.splits)
        redis = RedisService(world: world)
        ledger = Ledger(world: world, options: options)
        canary?.tamper(with: redis.standIn)
        network.put(redis, at: RedisService.address)
        troubledUntil = options.endpoints.map { _ in .beginning }
        let endpoints = try Self.endpoints(options, swapped: false)
        let tenants = options.tenants.map { tenant in
            Tenant(name: tenant, sources: [], endpoints: endpoints.filter { $0.tenant == tenant })
        }
        let table = try RoutingTable(tenants: tenants, rules: try Fixtures.shared.get().rules) { tenant, _, _ in
            throw LuaError("no rule of the simulation names a webhook")
        }
        plan = ProcessPlan(
            world: world, network: network, options: options, table: table,
            directory: EndpointDirectory(try Self.endpoints(options, swapped: canary == .mixesTenants)))
    }

    /// - Parameter change: another number makes other settings of the same endpoints.
    private static func endpoints(_ options: Options, swapped: Bool, change: Int = 0) throws -> [Endpoint] {
        let fixtures = try Fixtures.shared.get()
        return try options.endpoints.enumerated().map { number, endpoint in
            let place = swapped ? options.endpoints.count - 1 - number : number
            return Endpoint(
                tenant: endpoint.tenant, name: endpoint.name, url: try HTTPURL("http://10.0.0.\(place + 1)/hook"),
                keys: [fixtures.key], types: .all, concurrency: endpoint.concurrency,
                timeout: endpoint.timeout + .milliseconds(change))
        }
    }

    private func run() throws -> Outcome {
        ledger.watch(redis.standIn)
        ledger.onEndpointChange = { [unowned self] in tell(of: $0) }
        makeReceivers()
        for number in 0..<options.processes {
            processes.append(nil)
            try start(number, name: "weir-\(number)")
        }
        let sender = Sender(world: world, network: network, ledger: ledger, canary: canary) { [unowned self] in
            processes.compactMap { $0 }
        }
        sender.send(options.callbacks)
        for timed in options.faults { world.at(.beginning + timed.at) { self.apply(timed) } }
        let healing = options.faults.map { $0.fault.end(of: $0.at) }.max() ?? .zero
        let healed = Instant.beginning + max(healing, Options.troubleFor)
        world.at(healed) {
            self.heal()
            self.look(sender)
        }
        world.run(until: healed + Self.patience)
        if world.violation == nil, !world.isOver {
            world.broken(ledger.debt() ?? leftover() ?? "\(sender.open) senders are not done")
        }
        if world.violation == nil { ledger.settle() }
        for process in processes.compactMap({ $0 }) { process.kill(dropping: true, world) }
        return Outcome(
            options: options, violation: world.violation, digest: world.digest, turns: world.turns,
            virtualTime: world.now - .beginning)
    }

    private func makeReceivers() {
        for (number, endpoint) in options.endpoints.enumerated() {
            let address = SocketAddress.ip(IPAddress(v4: 0x0A00_0001 + UInt32(number)), port: 80)
            var made: Receiver?
            let receiver = Receiver(
                id: endpoint.id, tenant: endpoint.tenant, address: address,
                closesAfterAnswer: endpoint.closesAfterAnswer, world: world
            ) { [unowned self] head, body, status in
                if let made { ledger.arrived(at: made, head, body, status: status) }
            }
            made = receiver
            if canary == .oneLane {
                receiver.notBefore = { [unowned self] in troubledUntil.max() }
            }
            receivers.append(receiver)
            network.put(receiver, at: address)
        }
    }

    private func start(_ number: Int, name: String) throws {
        world.note("\(name) starts")
        processes[number] = try WeirProcess(number: started, name: name, plan)
        started += 1
    }

    /// As the feed of changes does: every process hears of it, sooner or later.
    private func tell(of endpoint: String) {
        for process in processes.compactMap({ $0 }) {
            world.after(network.delay()) { if !process.isDead { process.loops[0].hear(of: endpoint) } }
        }
    }

    private func startAgain(_ number: Int, name: String) {
        do { try start(number, name: name) } catch { world.broken("a process cannot start: \(error)") }
    }

    // MARK: The end

    private func heal() {
        world.note("all is healed")
        for receiver in receivers { receiver.behaviour = .healthy }
        redis.standIn.isFull = false
    }

    /// Ends the run once nothing is owed.
    private func look(_ sender: Sender) {
        if sender.open == 0, ledger.debt() == nil, leftover() == nil {
            world.isOver = true
        } else {
            world.after(Self.lookEvery) { self.look(sender) }
        }
    }

    /// What still lies in Redis.
    private func leftover() -> String? {
        let store = redis.standIn
        for partition in Partition.all {
            if case .stream(let stream) = store.value(partition.webhooks), let entry = stream.entries.first {
                return "\(partition.webhooks) still has \(entry.id)"
            }
            if case .stream(let inbox) = store.value(partition.inbox), let last = inbox.entries.last {
                guard case .text(let cursor) = store.value(partition.cursor), cursor.text == last.id.description else {
                    return "\(partition.inbox) is not routed to its end"
                }
            }
            if store.value(partition.retry) != nil { return "\(partition.retry) is not empty" }
        }
        return store.values.keys.filter { $0.contains(":delivery:") }.min().map { "\($0) is left behind" }
    }

    // MARK: Faults

    private func apply(_ timed: TimedFault) {
        world.note("fault: \(timed.fault)")
        switch timed.fault {
        case .cutRedis(let process, let loop, let connection, let direction, let count, let how):
            redisLine(process, loop, connection)?.cut(direction, after: count, how)
        case .holdRedis(let process, let loop, let connection, let direction, let span):
            redisLine(process, loop, connection)?.hold(direction, until: world.now + span)
        case .cutEndpoint(let process, let loop, let endpoint, let direction, let count, let how):
            let lines = self.loop(process, loop)?.host.lines(to: receivers[endpoint].address) ?? []
            lines.first?.cut(direction, after: count, how)
        case .redisRestart(let down):
            redis.stop()
            world.after(down) { self.redis.start() }
        case .redisPause(let span): redis.pause(until: world.now + span)
        case .redisFull(let span):
            redis.standIn.isFull = true
            world.after(span) { self.redis.standIn.isFull = false }
        case .stealLease(let number, let name): steal(Partition.all[number], name)
        case .dropLease(let number, let name): redis.command("DEL", "weir:{\(number)}:lease:\(name.rawValue)")
        case .redisClock(let step): redis.moveClock(by: step.milliseconds)
        case .processClock(let process, let step):
            for loop in processes[process]?.loops ?? [] { loop.member.clockError += step.milliseconds }
        case .stall(let process, let loop, let span):
            self.loop(process, loop)?.member.stalledUntil = world.now + span
        case .kill(let process, let withMachine, let back, let keepsName): kill(process, withMachine, back, keepsName)
        case .stop(let number, let back): stop(number, back)
        case .reload(let process, let missing, let span):
            reload(process, without: missing)
            if missing != nil { world.after(span) { self.reload(process, without: nil) } }
        case .endpoint(let number, let behaviour, let span):
            receivers[number].behaviour = behaviour
            troubledUntil[number] = max(troubledUntil[number], world.now + span)
            world.after(span) {
                guard self.troubledUntil[number] <= self.world.now else { return }
                self.receivers[number].behaviour = .healthy
            }
        }
    }

    private func reload(_ process: Int, without missing: Int?) {
        reloads += 1
        do {
            var endpoints = try Self.endpoints(options, swapped: canary == .mixesTenants, change: reloads)
            if let missing { endpoints.remove(at: missing) }
            // A loop that comes late takes what is newest: Weir awaits that all loops have taken one reload before the next.
            let directory = EndpointDirectory(endpoints)
            for loop in processes[process]?.loops ?? [] {
                loop.newest = directory
                world.after(network.delay()) { loop.member.loop.spawn { loop.commit() } }
            }
        } catch {
            world.broken("cannot reload: \(error)")
        }
    }

    private func loop(_ process: Int, _ loop: Int) -> SimulatedLoop? { processes[process]?.loops[loop] }

    private func redisLine(_ process: Int, _ loop: Int, _ connection: Int) -> Line? {
        let lines = self.loop(process, loop)?.host.lines(to: RedisService.address) ?? []
        return lines.isEmpty ? nil : lines[connection % lines.count]
    }

    private func steal(_ partition: Partition, _ name: Fault.LeaseName) {
        let key = "weir:{\(partition.number)}:fence:\(name.rawValue)"
        redis.command("INCR", key)
        guard case .text(let token) = redis.standIn.value(key) else { return }
        redis.command(
            "SET", "weir:{\(partition.number)}:lease:\(name.rawValue)", "stranger/0#\(token.text)", "PX", "9000")
    }

    private func kill(_ number: Int, _ withMachine: Bool, _ back: Duration, _ keepsName: Bool) {
        guard let process = processes[number] else { return }
        processes[number] = nil
        process.kill(dropping: withMachine, world)
        let name = keepsName ? process.name : process.name + "+"
        world.after(back) { self.startAgain(number, name: name) }
    }

    /// It listens no more at once, and is replaced once it has ended: if it does end.
    private func stop(_ number: Int, _ back: Duration) {
        guard let process = processes[number], process.isListening else { return }
        process.stop(world) { [self] in
            guard processes[number] === process else { return }
            processes[number] = nil
            process.kill(dropping: false, world)
            world.after(back) { self.startAgain(number, name: process.name) }
        }
    }
}
