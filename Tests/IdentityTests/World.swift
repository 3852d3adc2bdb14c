// Identity on a real Redis, as one process has it, and another beside it.

import Audit
import Crypto
import Identity
import Loop
import Records
import Redis
import Telemetry
import TestSupport
import Vault

@testable import HTTP

/// bcrypt's least: tests have no time.
let cheap = 4

struct World {
    let loop: EventLoop
    let redis: RedisClient
    let feed: ChangeFeed
    let vault: Vault
    let identity: IdentityService
    let origin = Origin(.system("test"))

    /// Runs `body` with identity on a Redis of its own.
    static func run(_ body: @escaping @Sendable (World) async throws -> Void) async throws {
        try await withRedis { loop, redis, server in
            let world = try await World(redis, server.address)
            _ = try await world.identity.signingKeys.prepare()
            try await body(world)
            await world.end()
        }
    }

    init(_ redis: RedisClient, _ address: RedisAddress, seed: UInt64 = 1) async throws {
        loop = redis.loop
        self.redis = redis
        let blocking = RedisClient(
            loop: redis.loop, address: address, resolver: Resolver(loop: redis.loop),
            replyTimeout: ChangeFeed.replyTimeout)
        redis.loop.spawn { await blocking.run() }
        let feed = ChangeFeed(blocking: blocking)
        self.feed = feed
        redis.loop.spawn { await feed.run() }
        var random = RandomSource.seeded(7)
        vault = try Vault(MasterKeyRing(try .random(&random)), random: .seeded(seed))
        identity = try IdentityService(
            redis: redis, feed: feed, audit: try AuditLog(redis: redis), vault: vault,
            metrics: IdentityMetrics(MetricsRegistry()), random: .seeded(seed),
            passwordCost: cheap)
        _ = await eventually(on: redis.loop) { feed.isLive }
    }

    func end() async {
        identity.stop()
        await feed.stop()
    }

    /// A user with that password, which need not be changed any more.
    @discardableResult
    func user(_ name: String, _ role: Role, tenant: String? = nil, password: String = "a good password") async throws
        -> TokenPair
    {
        _ = try await identity.users.create(
            username: name, password: "given by others", role: role, tenant: tenant, by: nil, origin)
        let first = try await identity.signIn.login(
            username: name, password: "given by others", from: nil, origin)
        return try await identity.signIn.changePassword(
            of: first.user.principal(session: first.session), from: "given by others", to: password, peer: nil, origin)
    }

    /// What a request with this Authorization field comes to.
    func authenticate(
        _ authorization: String?, method: String = "GET", target: String = "/", body: String = ""
    ) async throws -> Result<Principal, AuthenticationFault> {
        let fields = authorization.map { "Authorization: \($0)\r\n" } ?? ""
        let request = try Request.sample("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n", body: body)
        do throws(AuthenticationFault) {
            return .success(try await identity.authenticator.principal(of: request))
        } catch {
            return .failure(error)
        }
    }
}

struct NotARequest: Error {}

extension Request {
    static func sample(_ text: String, body: String = "") throws -> Request {
        let bytes = Array(text.utf8)
        var head = RequestHead()
        guard case .complete = head.parse(bytes.span, limits: HTTPLimits()) else { throw NotARequest() }
        return Request(
            peer: .unix(path: ""), receivedAt: Instant(nanoseconds: 0), head: head, body: Array(body.utf8),
            buffer: bytes, start: 0)
    }
}
