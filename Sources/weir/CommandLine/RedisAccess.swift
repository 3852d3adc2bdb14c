// The Redis of a running Weir, for commands that work on what it keeps.

import Gateway
import Loop
import Redis

struct RedisAccess: Sendable {
    let file: ConfigurationFile
    let configuration: Configuration

    private static let patience = Duration.seconds(5)

    init(_ file: ConfigurationFile) throws(CommandError) {
        self.file = file
        configuration = try file.configuration()
    }

    /// Runs `operation` with a connection, on a loop of its own.
    func run(
        _ operation: @escaping @Sendable (RedisClient) async throws(CommandError) -> ExitStatus
    ) throws(CommandError) -> ExitStatus {
        let address = try address()
        let ending = try EventLoop.untilDone { loop throws(CommandError) in
            let client = RedisClient(loop: loop, address: address, resolver: Resolver(loop: loop))
            loop.spawn { await client.run() }
            defer { client.stop() }
            guard await client.untilConnected(by: loop.now + Self.patience) else {
                throw .failed(
                    configuration.redis == nil
                        ? "no Redis answers in the data folder \(configuration.data); start `weir serve`, which runs it"
                        : "the Redis of `redis.url` does not answer")
            }
            return try await operation(client)
        }
        switch ending {
        case .done(let status): return status
        case .interrupted: throw .failed("interrupted")
        }
    }

    private func address() throws(CommandError) -> RedisAddress {
        if let address = configuration.redis { return address }
        do throws(StartFault) {
            return RedisAddress(unixPath: EmbeddedRedis.socketPath(in: try DataFolder.absolute(configuration.data)))
        } catch {
            throw .failed("\(error)")
        }
    }

    /// The vault of that Redis, with the keys that its Weir has.
    func vaultSource() throws(CommandError) -> MasterKeySource {
        do throws(StartFault) {
            return try MasterKeySource(configuration, in: file.surroundings)
        } catch {
            throw .failed("\(error)")
        }
    }
}
