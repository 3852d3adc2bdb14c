// The network of a simulation: which service is at which address, and how long bytes take.

import Loop

/// Something that can be connected to.
protocol Service: AnyObject {
    var admission: Admission { get }
    /// The service's end of a connection that was just opened.
    func accept(_ line: Line) -> any ServiceEnd
}

enum Admission {
    case accepts
    case refuses
    /// Packets to it are lost.
    case drops
}

protocol ServiceEnd: AnyObject {
    func receive(_ bytes: Bytes)
    /// The other side will send no more, or is gone.
    func ended()
}

final class Network {
    let world: World
    let latency: ClosedRange<Duration>
    /// Whether a chunk may arrive in pieces.
    let splits: Bool
    private var services: [SocketAddress: any Service] = [:]

    init(world: World, latency: ClosedRange<Duration>, splits: Bool) {
        self.world = world
        self.latency = latency
        self.splits = splits
    }

    func put(_ service: any Service, at address: SocketAddress) { services[address] = service }

    func service(at address: SocketAddress) -> (any Service)? { services[address] }

    func delay() -> Duration { world.random.duration(latency.lowerBound, latency.upperBound) }
}

/// The network as one loop sees it.
final class Host: SimulatedNetwork {
    let name: String
    private let network: Network
    private(set) var lines: [Line] = []
    private var isSevered = false

    init(_ name: String, on network: Network) {
        self.name = name
        self.network = network
    }

    func connect(_ socket: SimulatedSocket, to address: SocketAddress) {
        guard !isSevered else { return socket.failed(.closedByPeer) }
        let refused = StreamError.system(call: "connect to \(address)", code: 111)
        guard let service = network.service(at: address) else { return socket.failed(refused) }
        let line = Line(socket, from: name, to: address, on: network)
        lines.removeAll { $0.isClosed }
        lines.append(line)
        network.world.after(network.delay()) { [self] in
            guard !line.isClosed else { return }
            network.world.note("\(name) connects to \(address): \(service.admission)")
            switch service.admission {
            case .accepts: line.open(to: service)
            case .refuses: line.fail(refused)
            case .drops: break
            }
        }
    }

    /// The open connections to an address, the oldest first.
    func lines(to address: SocketAddress) -> [Line] { lines.filter { $0.address == address && $0.isOpen } }

    /// The end of a process. What it had written is still on its way, unless the machine died with it.
    func sever(dropping: Bool) {
        isSevered = true
        for line in lines { line.abandon(dropping: dropping) }
        lines.removeAll()
    }
}
