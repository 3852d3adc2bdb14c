// A command that talks to the network runs on a loop of its own, on the main thread, until it is done or Ctrl-C is pressed.

import Loop
import Synchronization

extension EventLoop {
    enum Ending {
        case done(ExitStatus)
        case interrupted
    }

    /// Runs `operation` to its end, or until SIGINT or SIGTERM.
    static func untilDone(
        _ operation: @escaping @Sendable (EventLoop) async throws(CommandError) -> ExitStatus
    ) throws(CommandError) -> Ending {
        let loop = try orFail { () throws(StreamError) in try EventLoop() }
        let outcome = Outcome()
        loop.submit {
            do throws(CommandError) {
                let signals = try orFail { () throws(StreamError) in try Signals(on: loop) }
                loop.spawn {
                    await signals.untilInterrupted()
                    loop.stop()
                }
                let status = try await operation(loop)
                outcome.result.withLock { $0 = .success(status) }
            } catch {
                outcome.result.withLock { $0 = .failure(error) }
            }
            loop.stop()
        }
        loop.run()
        guard let result = outcome.result.withLock({ $0 }) else { return .interrupted }
        return .done(try result.get())
    }
}

extension Signals {
    func untilInterrupted() async {
        while true {
            switch await next() {
            case .interrupt, .terminate: return
            case .hangup, .child: continue
            }
        }
    }
}

private final class Outcome: Sendable {
    let result = Mutex<Result<ExitStatus, CommandError>?>(nil)
}

/// What the system refused is a failure of the command.
func orFail<Value, Fault>(_ body: () throws(Fault) -> Value) throws(CommandError) -> Value {
    do throws(Fault) { return try body() } catch { throw .failed("\(error)") }
}
