// Lets the retention do its work now and then, as long as Weir runs. Several processes may: the first one does it.

import Loop
package import Redis

/// Belongs to one loop.
package final class AuditKeeping {
    /// An hour more or less does not matter to a log that is kept for months.
    private static let interval = Duration.seconds(3600)

    private let retention: AuditRetention
    private let loop: EventLoop
    private let keptFor: Duration
    private let entriesMax: Int64
    private let onOutcome: (Result<Int, RedisError>) -> Void
    private var isStopped = false
    private let wake = Gate()

    /// - Parameter onOutcome: is told how many entries were removed, or why that failed.
    package init(
        _ log: AuditLog, keeping keptFor: Duration, entriesMax: Int,
        onOutcome: @escaping (Result<Int, RedisError>) -> Void
    ) {
        retention = AuditRetention(log)
        loop = log.redis.loop
        self.keptFor = keptFor
        self.entriesMax = Int64(entriesMax)
        self.onOutcome = onOutcome
    }

    /// Goes on until `stop`. Start once, as a task of the loop.
    package func run() async {
        while !isStopped {
            do throws(RedisError) {
                let limit = loop.wallMilliseconds - keptFor.milliseconds
                onOutcome(.success(try await retention.trim(before: limit, keeping: entriesMax)))
            } catch {
                onOutcome(.failure(error))
            }
            guard !isStopped else { return }
            let timer = loop.schedule(at: loop.now + Self.interval) { self.wake.open(.timedOut) }
            _ = await wake.wait()
            timer.cancel()
        }
    }

    package func stop() {
        isStopped = true
        wake.open()
    }
}
