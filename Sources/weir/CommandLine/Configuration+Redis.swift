// A command's own connection to the Redis of a running Weir.

import Gateway
import Loop
import Redis

extension Configuration {
    private static let patience = Duration.seconds(5)

    /// Runs `body` with a connection to the Redis that this configuration means, its own or Weir's.
    func withRedis(
        on loop: EventLoop, _ body: (RedisClient) async throws(CommandError) -> ExitStatus
    ) async throws(CommandError) -> ExitStatus {
        let address: RedisAddress
        if let redis {
            address = redis
        } else {
            let folder = try orFail { () throws(StartFault) in try DataFolder.absolute(data) }
            address = RedisAddress(unixPath: EmbeddedRedis.socketPath(in: folder))
        }
        let tls = try orFail { () throws(StreamError) in try TLSClient(additionalTrust: delivery.trust) }
        var failure = ""
        let client = RedisClient(loop: loop, address: address, resolver: Resolver(loop: loop), tls: tls) {
            if !$0 { failure = $1 }
        }
        let running = loop.spawn { await client.run() }
        defer { client.stop() }
        guard await client.untilConnected(by: loop.now + Self.patience) else {
            let way = redis == nil ? "; it is Weir's own, which runs while `weir serve` does" : ""
            throw .failed("Redis is not reachable: \(failure)\(way)")
        }
        let status = try await body(client)
        client.stop()
        await running.value
        return status
    }
}
