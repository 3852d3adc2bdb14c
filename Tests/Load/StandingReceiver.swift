// `receive`: a tenant's server that answers whoever comes, in a process of its own, until standard input ends: what wrk and Weir are
// compared at.

import Codec
import Glibc

final class StandingReceiver {
    private let poller: Poller
    private let receiver: Receiver
    private var received = 0

    init(_ arguments: Arguments) throws {
        poller = try Poller()
        receiver = try Receiver(
            at: try arguments.port("port"), certificate: try arguments.text("certificate"), poller)
    }

    func report() throws -> Report {
        let input = 0
        poller.add(STDIN_FILENO, token: input, writable: false)
        receiver.start(tokensFrom: 1)
        emit(Report(["ready": .count(1)]).line)
        var isTold = false
        while !isTold {
            try poller.wait(1_000_000_000) { token in
                if token == input {
                    isTold = true
                } else {
                    try receiver.handle(token - 1) { _ in received += 1 }
                }
            }
        }
        return Report(["received": .count(received)])
    }
}
