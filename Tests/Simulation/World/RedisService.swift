// The stand-in for Redis, as a service on the simulated network: connections in, commands run, replies out; and its faults.

import Loop
import Redis

final class RedisService: Service {
    static let address = SocketAddress.unix(path: "/redis.sock")

    let standIn = RedisStandIn()
    private let world: World
    private var ends: [End] = []
    private var isDown = false
    private var busyUntil = Instant(nanoseconds: 0)
    /// What the server's clock is ahead of the world's, in milliseconds.
    private(set) var clockError: Int64 = 0
    private var nextLook = Instant.never

    init(world: World) {
        self.world = world
        standIn.now = world.wallMilliseconds
    }

    var admission: Admission { isDown ? .refuses : .accepts }

    func accept(_ line: Line) -> any ServiceEnd {
        let end = End(self, line)
        ends.append(end)
        return end
    }

    // MARK: Faults

    /// All connections end; scripts are forgotten, what was written is not.
    func stop() {
        isDown = true
        let lost = ends
        ends.removeAll()
        standIn.restart()
        for end in lost {
            end.client = nil
            end.line.reset()
        }
    }

    func start() { isDown = false }

    /// Commands wait.
    func pause(until instant: Instant) {
        busyUntil = max(busyUntil, instant)
        world.at(busyUntil) { self.work() }
    }

    func moveClock(by milliseconds: Int64) {
        clockError += milliseconds
        tick()
        standIn.endWaits()
        flush()
    }

    /// Runs a command of nobody's: another program's.
    func command(_ words: String...) {
        tick()
        let stranger = standIn.connect { _ in }
        standIn.execute(words.map { Array($0.utf8) }, for: stranger)
        standIn.disconnect(stranger)
        flush()
    }

    // MARK: Work

    private func tick() { standIn.now = world.wallMilliseconds + clockError }

    fileprivate func arrived(at end: End) {
        if world.now >= busyUntil { work(end) }
    }

    private func work() {
        guard world.now >= busyUntil else { return }
        for end in ends { work(end) }
    }

    private func work(_ end: End) {
        tick()
        while let words = end.requests.next() {
            guard let client = end.client else { return }
            world.mix(client.id &* 31 &+ Int64(words.count))
            world.note("redis \(client.id) \(Self.summary(words))")
            standIn.execute(words, for: client)
        }
        flush()
        expectWaitEnd()
    }

    fileprivate func ended(_ end: End) {
        ends.removeAll { $0 === end }
        if let client = end.client { standIn.disconnect(client) }
        end.client = nil
    }

    private func flush() {
        for end in ends { end.flush() }
    }

    /// Looks again when the next waiting read has waited enough.
    private func expectWaitEnd() {
        guard let due = standIn.nextWaitEnd else { return }
        let instant = world.now + .milliseconds(max(0, due - standIn.now))
        guard instant < nextLook || nextLook <= world.now else { return }
        nextLook = instant
        world.at(instant) {
            self.tick()
            self.standIn.endWaits()
            self.flush()
            if self.nextLook <= self.world.now { self.nextLook = .never }
            self.expectWaitEnd()
        }
    }

    private static func summary(_ words: [Bytes]) -> String {
        words.prefix(14).map { $0.count > 48 ? "(\($0.count) bytes)" : $0.text }.joined(separator: " ")
    }

    fileprivate final class End: ServiceEnd {
        let line: Line
        private let service: RedisService
        var client: RedisStandInClient?
        var requests = RedisRequests()
        private var output: Bytes = []

        init(_ service: RedisService, _ line: Line) {
            self.service = service
            self.line = line
            client = service.standIn.connect { [unowned self] in $0.append(to: &output) }
        }

        func receive(_ bytes: Bytes) {
            requests.feed(bytes)
            service.arrived(at: self)
        }

        func ended() { service.ended(self) }

        /// The replies of one piece of work leave together.
        func flush() {
            guard !output.isEmpty else { return }
            line.answer(output)
            output.removeAll(keepingCapacity: true)
        }
    }
}
