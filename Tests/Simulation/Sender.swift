// WeCom's part of a simulation: sends each callback to some process, again when it is not acknowledged in time, and now and then
// although it was.

import Events
import Gateway
import Ingest
import Loop
import Redis
import TestBasics

final class Sender {
    private let world: World
    private let network: Network
    private let ledger: Ledger
    private let canary: Canary?
    private let processes: () -> [WeirProcess]
    /// Callbacks whose sending is not over.
    private(set) var open = 0

    /// How long WeCom waits for an answer.
    private static let answerWithin = Duration.seconds(5)

    init(
        world: World, network: Network, ledger: Ledger, canary: Canary?, processes: @escaping () -> [WeirProcess]
    ) {
        self.world = world
        self.network = network
        self.ledger = ledger
        self.canary = canary
        self.processes = processes
    }

    func send(_ callbacks: [Options.Callback]) {
        open = callbacks.count
        for callback in callbacks { world.at(.beginning + callback.at) { self.send(callback, attempt: 1) } }
    }

    private func send(_ callback: Options.Callback, attempt: Int) {
        var isOver = false
        func over(_ isAcknowledged: Bool) {
            guard !isOver else { return }
            isOver = true
            if isAcknowledged {
                if let pause = callback.repeatsAfter, attempt <= callback.triesMax {
                    world.after(pause) { self.send(callback, attempt: callback.triesMax + 1) }
                } else {
                    open -= 1
                }
            } else if attempt < callback.triesMax {
                world.after(.seconds(1)) { self.send(callback, attempt: attempt + 1) }
            } else {
                open -= 1
            }
        }
        world.after(Self.answerWithin) { over(false) }
        let listening = processes().filter(\.isListening)
        guard !listening.isEmpty else { return over(false) }
        let process = world.random.pick(listening)
        let loop = world.random.pick(process.loops)
        world.after(network.delay()) {
            // Nobody answers for a dead process.
            guard process.isListening else { return }
            loop.member.loop.spawn {
                let isAcknowledged = await self.take(callback, process, loop)
                if !process.isDead { over(isAcknowledged) }
            }
        }
    }

    /// The edge of Weir: on its loop. Acknowledges when the append returns.
    private func take(_ callback: Options.Callback, _ process: WeirProcess, _ loop: SimulatedLoop) async -> Bool {
        var events: [PendingEvent] = []
        for (part, dedupe) in callback.dedupes.enumerated() {
            let id = process.ids.next(process: process.number)
            let record = Self.record(id, callback, dedupe, at: loop.member.loop.wallMilliseconds)
            ledger.sending(callback, part: part, id: id, record: record)
            events.append(PendingEvent(dedupe: dedupe, record: record))
        }
        if canary == .acknowledgesEarly { ledger.acknowledged(callback) }
        let partition = Partition(tenant: callback.tenant, account: Array(callback.account.utf8).span)
        do throws(RedisError) {
            let added = try await loop.appender.append(events, nonce: callback.nonce, to: partition)
            guard !process.isDead else { return false }
            world.note("\(loop.host.name) acknowledges callback \(callback.number): \(added) new")
            ledger.acknowledged(callback)
            return true
        } catch {
            guard !process.isDead else { return false }
            world.note("\(loop.host.name) refuses callback \(callback.number): \(error)")
            if canary == .trustsLostReplies, case .interrupted = error {
                ledger.acknowledged(callback)
                return true
            }
            return false
        }
    }

    private static func record(
        _ id: String, _ callback: Options.Callback, _ dedupe: String, at milliseconds: Int64
    ) -> Bytes {
        var event = Event(.messageReceived, at: Timestamp(milliseconds: milliseconds) ?? .epoch, source: .callback)
        event.set(.id, to: id)
        event.set(.tenant, to: callback.tenant)
        event.set(.account, to: callback.account)
        event.set(.dedupe, to: dedupe)
        event.set(.raw, to: String(repeating: "x", count: callback.padding))
        var bytes: Bytes = []
        event.append(jsonTo: &bytes)
        return bytes
    }
}
