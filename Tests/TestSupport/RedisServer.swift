// A real redis-server for each test, in a folder of its own.

import FoundationEssentials
package import Loop
package import Redis

/// Runs `body` on a loop with an embedded Redis of its own, and stops both afterwards.
package func withRedis(_ body: @escaping @Sendable (EventLoop, RedisClient, EmbeddedRedis) async throws -> Void)
    async throws
{
    let folder = FileManager.default.temporaryDirectory.path + "/weir-redis-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let loop = try EventLoop()
    loop.start(named: "test-loop")
    defer { loop.stop() }
    let failure = await loop.submit { () -> (any Error)? in
        let redis = EmbeddedRedis(loop: loop, folder: folder) { _ in }
        let client = RedisClient(loop: loop, address: redis.address, resolver: Resolver(loop: loop))
        loop.spawn { await redis.run() }
        let running = loop.spawn { await client.run() }
        guard await client.untilConnected(by: loop.now + .seconds(20)) else { return RedisError.unavailable("in test") }
        // No signal handling in tests: look for the child's end now and then.
        var next: LoopTimer?
        func tick() {
            redis.childEnded()
            next = loop.schedule(at: loop.now + .milliseconds(10), tick)
        }
        tick()
        defer { next?.cancel() }
        var failure: (any Error)?
        do { try await body(loop, client, redis) } catch { failure = error }
        _ = await client.untilConnected(by: loop.now + .seconds(20))
        await redis.stop(by: client)
        client.stop()
        await running.value
        return failure
    }.value
    if let failure { throw failure }
}
