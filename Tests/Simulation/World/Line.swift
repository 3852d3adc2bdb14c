// One connection of a simulation, between a loop and a service: bytes arrive in order, late, in pieces, or not at all.

import Loop
import TestBasics

final class Line {
    enum Direction: CaseIterable {
        case toService, toLoop
    }

    /// What happens when a connection is cut.
    enum Cut {
        /// Both sides learn of it.
        case reset
        /// Nobody learns of it: packets are lost from now on.
        case silence
    }

    private let name: String
    let address: SocketAddress
    private let socket: SimulatedSocket
    private let network: Network
    /// Its own, so that what one connection draws does not hang on the order in which others are closed.
    private var random: SplitMix64
    private var end: (any ServiceEnd)?
    private var lastArrival: [Direction: Instant] = [:]
    private var cuts: [Direction: (after: Int, how: Cut)] = [:]
    private(set) var isClosed = false
    private var isSilent = false
    /// What is still on its way to the service is lost.
    private var isDropping = false

    init(_ socket: SimulatedSocket, from name: String, to address: SocketAddress, on network: Network) {
        self.socket = socket
        self.name = name
        self.address = address
        self.network = network
        random = SplitMix64(seed: network.world.random.next())
        socket.onEvent = { [unowned self] event in
            switch event {
            case .wrote(let bytes): pass(bytes, .toService)
            case .finishedWriting: endOfLoopSide()
            case .closed: close()
            }
        }
    }

    var isOpen: Bool { end != nil && !isClosed }

    func open(to service: any Service) {
        end = service.accept(self)
        socket.opened()
    }

    /// The attempt to connect failed.
    func fail(_ error: StreamError) { socket.failed(error) }

    // MARK: The service's side

    func answer(_ bytes: Bytes) { pass(bytes, .toLoop) }

    /// The service closes in order.
    func finish() {
        guard !isSilent else { return }
        network.world.at(arrival(.toLoop)) { if !self.isClosed { self.socket.receiveEnd() } }
    }

    /// The service is gone.
    func reset() {
        end = nil
        guard !isSilent else { return }
        network.world.at(arrival(.toLoop)) { if !self.isClosed { self.socket.failed(.closedByPeer) } }
    }

    // MARK: The loop's side

    private func endOfLoopSide() {
        guard !isSilent, let end else { return }
        network.world.at(arrival(.toService)) { if !self.isDropping { end.ended() } }
    }

    private func close() {
        guard !isClosed else { return }
        network.world.note("\(name) closes its connection to \(address)")
        isClosed = true
        socket.onEvent = { _ in }
        endOfLoopSide()
    }

    func abandon(dropping: Bool) {
        close()
        isDropping = dropping
        socket.failed(.closedByPeer)
    }

    // MARK: Faults

    /// The connection breaks when this many more bytes have passed in a direction.
    func cut(_ direction: Direction, after count: Int, _ how: Cut) { cuts[direction] = (count, how) }

    /// Nothing arrives in a direction for a while.
    func hold(_ direction: Direction, until instant: Instant) {
        lastArrival[direction] = max(lastArrival[direction] ?? instant, instant)
    }

    private func breakOff(_ how: Cut) {
        switch how {
        case .silence: isSilent = true
        case .reset:
            let (toService, toLoop) = (arrival(.toService), arrival(.toLoop))
            isSilent = true
            if let end { network.world.at(toService) { end.ended() } }
            network.world.at(toLoop) { if !self.isClosed { self.socket.failed(.closedByPeer) } }
        }
    }

    // MARK: Bytes

    private func pass(_ bytes: Bytes, _ direction: Direction) {
        guard !isSilent else { return }
        guard let cut = cuts[direction] else { return deliver(bytes, direction) }
        guard bytes.count > cut.after else {
            cuts[direction] = (cut.after - bytes.count, cut.how)
            return deliver(bytes, direction)
        }
        network.world.note("the connection to \(address) breaks after \(cut.after) bytes \(direction): \(cut.how)")
        deliver(Array(bytes[..<cut.after]), direction)
        breakOff(cut.how)
    }

    private func deliver(_ bytes: Bytes, _ direction: Direction) {
        var rest = bytes[...]
        if network.splits, rest.count > 1, random.chance(20) {
            let count = 1 + random.below(rest.count - 1)
            arrive(Array(rest.prefix(count)), direction)
            rest = rest.dropFirst(count)
        }
        if !rest.isEmpty { arrive(Array(rest), direction) }
    }

    private func arrive(_ bytes: Bytes, _ direction: Direction) {
        let end = end
        network.world.at(arrival(direction)) {
            switch direction {
            case .toService: if !self.isDropping { end?.receive(bytes) }
            case .toLoop: if !self.isClosed { self.socket.receive(bytes) }
            }
        }
    }

    /// When what is sent now arrives: never before what was sent earlier.
    private func arrival(_ direction: Direction) -> Instant {
        let delay = random.duration(network.latency.lowerBound, network.latency.upperBound)
        let instant = max(network.world.now + delay, lastArrival[direction] ?? network.world.now)
        lastArrival[direction] = instant
        return instant
    }
}
