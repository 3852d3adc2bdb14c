// Weir's own redis-server: started, watched, restarted, and stopped in order. Used when no Redis is configured.

package import Loop

/// Belongs to one loop. The server listens on a Unix socket in the data folder only, so nobody else on the network reaches it,
/// and it survives a killed Weir: the next start finds it on the socket and goes on with it.
///
/// Two servers on one append-only file would destroy it, and the second would take the first one's socket away. So each holds the
/// folder's lock from before its first instruction until the kernel has buried it (and the child that rewrites its file, if
/// there is one), and none is started without it: neither beside one that an earlier Weir had only just started, nor beside one
/// that is still dying.
package final class EmbeddedRedis {
    package enum Event: Sendable {
        case started(id: Int32)
        /// A server that an earlier, killed Weir left running.
        case adopted
        /// Such a server holds the folder, but does not answer: it starts, ends, or hangs.
        case awaited
        /// An unfinished transaction of so many bytes, which nobody had a reply to, was cut off the server's log.
        case mended(bytes: Int)
        case exited(ChildExit)
        /// In order, at the end of Weir.
        case stopped
        case cannotStart(String)
    }

    private let loop: EventLoop
    private let folder: String
    private let report: (Event) -> Void
    private var child: ChildProcess?
    /// A connection to an adopted server that lasts as long as it does.
    private var adopted: ByteStream?
    private var isStopping = false
    private let exited = Gate()
    private let ended = Gate()

    /// Between two looks at a server that does not answer yet, or at the lock of one that is going.
    private static let lookPause = Duration.milliseconds(5)
    /// A server that is going is not worth a word.
    private static let awaitedSilentlyFor = Duration.seconds(1)
    /// How long a server may take to end in order. What it holds is on disk all the time.
    private static let stopFor = Duration.seconds(5)

    /// `folder` must exist; the server keeps its append-only file, its log and its socket there.
    package init(loop: EventLoop, folder: String, report: @escaping (Event) -> Void) {
        self.loop = loop
        self.folder = folder
        self.report = report
    }

    package var address: RedisAddress { RedisAddress(unixPath: socketPath) }
    private var socketPath: String { Self.socketPath(in: folder) }
    package static func socketPath(in folder: String) -> String { folder + "/redis.sock" }
    package var logPath: String { folder + "/redis.log" }

    /// Everything appended is on disk before the reply (`appendfsync always`, invariant 1). No eviction: memory that runs out
    /// refuses new events instead of forgetting accepted ones.
    private var arguments: [String] {
        [
            "--port", "0", "--unixsocket", socketPath, "--unixsocketperm", "700", "--dir", folder,
            "--appendonly", "yes", "--appendfsync", "always", "--no-appendfsync-on-rewrite", "no",
            "--aof-load-truncated", "yes", "--save", "", "--maxmemory-policy", "noeviction",
            "--daemonize", "no", "--protected-mode", "yes", "--loglevel", "notice", "--stop-writes-on-bgsave-error",
            "no",
        ]
    }

    /// Starts the server, or finds it running, and keeps it running until `stop`.
    package func run() async {
        defer { ended.open() }
        var failures = 0
        var awaitedSince: Instant?
        while !isStopping {
            if await isAnswering() {
                failures = 0
                await untilAdoptedIsGone()
            } else if await startServer() {
                failures = await untilAnswering() ? 0 : failures + 1
                await untilExited()
            } else {
                if loop.now - (awaitedSince ?? loop.now) > Self.awaitedSilentlyFor {
                    report(.awaited)
                    awaitedSince = .never
                } else if awaitedSince == nil {
                    awaitedSince = loop.now
                }
                await loop.sleep(until: loop.now + Self.lookPause)
                continue
            }
            awaitedSince = nil
            guard !isStopping else { return }
            if failures > 0 { await loop.sleep(until: loop.now + .milliseconds(min(5000, 100 << min(failures, 6)))) }
        }
    }

    /// False when another server has the folder.
    private func startServer() async -> Bool {
        do {
            guard let lock = try FileLock.take(folder + "/redis.lock") else { return false }
            let cut = try await CommandLog.mend(inFolder: folder, on: loop)
            if cut > 0 { report(.mended(bytes: cut)) }
            if isStopping { return true }
            let child = try ChildProcess("redis-server", arguments: arguments, log: logPath, keeping: lock.descriptor)
            self.child = child
            report(.started(id: child.id))
        } catch {
            report(.cannotStart("\(error)"))
        }
        return true
    }

    private func isAnswering() async -> Bool {
        guard
            let stream = try? await ByteStream.connect(
                on: loop, to: .unix(path: socketPath), by: loop.now + .seconds(1))
        else { return false }
        stream.close()
        return true
    }

    private func untilAnswering() async -> Bool {
        while !isStopping, !reapIfExited() {
            if await isAnswering() { return true }
            await loop.sleep(until: loop.now + Self.lookPause)
        }
        return false
    }

    /// Told by SIGCHLD.
    private func untilExited() async {
        while !reapIfExited() { _ = await exited.wait() }
    }

    /// Told by its socket: it is no child of ours.
    private func untilAdoptedIsGone() async {
        guard
            let stream = try? await ByteStream.connect(
                on: loop, to: .unix(path: socketPath), by: loop.now + .seconds(1))
        else { return }
        report(.adopted)
        stream.deadline = .never
        adopted = stream
        var buffer = [UInt8](repeating: 0, count: 64)
        while let count = try? await stream.read(into: &buffer, at: 0), count > 0 {}
        stream.close()
        adopted = nil
        if isStopping { report(.stopped) }
    }

    /// Tell it of each SIGCHLD.
    package func childEnded() { exited.open() }

    private func reapIfExited() -> Bool {
        guard let child else { return true }
        guard let exit = child.poll() else { return false }
        self.child = nil
        report(isStopping ? .stopped : .exited(exit))
        return true
    }

    /// Ends the server in order, or without ceremony if it does not: what it holds is on disk already. `client` is connected to
    /// it, if anything is.
    package func stop(by client: RedisClient) async {
        isStopping = true
        let impatience = loop.schedule(at: loop.now + Self.stopFor) {
            self.child?.killNow()
            self.adopted?.close()
        }
        defer { impatience.cancel() }
        do {
            _ = try await client.send(RedisCommand("SHUTDOWN", "NOSAVE"))
        } catch .unavailable {
            child?.terminate()
        } catch {
            // The server closes the connection instead of answering.
        }
        exited.open()
        _ = await ended.wait()
    }
}
