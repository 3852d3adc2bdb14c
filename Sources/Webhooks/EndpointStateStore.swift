// The states of endpoints in Redis. Each change is one script call, which also tells every process of it: by the stream that the
// caches of records follow (`Records/ChangeFeed.swift`).
//
// | key                             | type | what                                   | goes when                            |
// | ------------------------------- | ---- | -------------------------------------- | ------------------------------------ |
// | weir:{records}:endpoint:<id>    | hash | `EndpointState`                        | something is delivered, or enabled   |
// | weir:{records}:endpoints        | zset | the endpoints that have one            | with them                            |

import Events
import Loop
package import Redis

/// Belongs to one loop.
package final class EndpointStateStore {
    /// What the notices of changed states are called.
    package static let kind = "endpoint"
    private static let index = "weir:{records}:endpoints"
    private static let changes = "weir:{records}:changes"

    private let redis: RedisClient
    private let table: EndpointBook

    package init(redis: RedisClient, table: EndpointBook) {
        self.redis = redis
        self.table = table
    }

    // MARK: Reading

    /// Reads all, and tells this process' loops.
    @discardableResult
    package func load() async throws(RedisError) -> [String: EndpointState] {
        let reply = try await redis.send(RedisCommand("ZRANGEBYSCORE", Self.index, "-inf", "+inf"))
        guard let ids = reply.array?.compactMap(\.text) else { throw .unexpectedReply(to: "ZRANGEBYSCORE") }
        var states: [String: EndpointState] = [:]
        for id in ids { states[id] = try await state(of: id) }
        table.learn(states)
        return states
    }

    /// After a notice: reads one, and tells this process' loops.
    package func refresh(_ endpoint: String) async throws(RedisError) {
        table.learn(endpoint, try await state(of: endpoint))
    }

    /// Nil: nothing is wrong with it.
    package func state(of endpoint: String) async throws(RedisError) -> EndpointState? {
        let reply = try await redis.send(RedisCommand("HGETALL", Self.key(endpoint)))
        guard let flat = reply.array else { throw .unexpectedReply(to: "HGETALL") }
        return EndpointState(flat)
    }

    // MARK: Changing

    /// It has only failed since then; of two processes' beginnings the earlier one counts.
    @discardableResult
    func keepFailing(_ endpoint: String, since: Int64, isOpen: Bool, at now: Int64) async throws(RedisError)
        -> EndpointState?
    {
        try await run(Self.failing, endpoint) {
            $0.append(since)
            $0.append(isOpen ? String(now) : "")
        }
    }

    /// Something was delivered. A disabled one stays so.
    @discardableResult
    func keepRecovered(_ endpoint: String) async throws(RedisError) -> EndpointState? {
        try await run(Self.recovered, endpoint) { _ in }
    }

    /// - Parameter failingSince: nil: whatever Redis has of it; else only if nothing was delivered since.
    @discardableResult
    func disable(
        _ endpoint: String, by reason: EndpointState.DisabledBy, failingSince: Int64?, at now: Int64
    ) async throws(RedisError) -> EndpointState? {
        try await run(Self.disabling, endpoint) {
            $0.append(now)
            $0.append(reason.rawValue)
            $0.append(failingSince.map { String($0) } ?? "")
        }
    }

    /// Lets an endpoint have deliveries again, and begin without a past.
    @discardableResult
    package func enable(_ endpoint: String) async throws(RedisError) -> EndpointState? {
        try await run(Self.enabling, endpoint) { _ in }
    }

    /// The tenant has been told. With the recovery nothing is left to be kept.
    @discardableResult
    func keepTold(_ endpoint: String, _ notice: EndpointNotice) async throws(RedisError) -> EndpointState? {
        try await run(Self.telling, endpoint) { $0.append(notice.type == .endpointRecovered ? "" : notice.text) }
    }

    private static func key(_ endpoint: String) -> String { "weir:{records}:endpoint:" + endpoint }

    private func run(
        _ script: RedisScript, _ endpoint: String, _ arguments: (inout RedisCommand) -> Void
    ) async throws(RedisError) -> EndpointState? {
        let reply = try await redis.run(script, keys: [Self.key(endpoint), Self.index, Self.changes]) {
            $0.append(endpoint)
            arguments(&$0)
        }
        guard let flat = reply.array else { throw .unexpectedReply(to: "endpoint") }
        let state = EndpointState(flat)
        table.learn(endpoint, state)
        return state
    }

    // MARK: Scripts

    // KEYS: the state, the index, the changes. ARGV: the endpoint, then what is said below. Each returns the state as it is then.

    /// ARGV: since, and when the breaker opened or nothing.
    private static let failing = script(
        "endpoint-failing",
        """
        if not had or tonumber(ARGV[2]) < tonumber(had) then
          redis.call('HSET', KEYS[1], 'failing-since', ARGV[2])
        end
        if ARGV[3] ~= '' and redis.call('HEXISTS', KEYS[1], 'open-since') == 0 then
          redis.call('HSET', KEYS[1], 'open-since', ARGV[3])
        end
        """)

    /// What was told stays, so that the recovery is told.
    private static let recovered = script(
        "endpoint-recovered",
        """
        if redis.call('HEXISTS', KEYS[1], 'disabled-at') == 0 then
          local told = redis.call('HGET', KEYS[1], 'told')
          redis.call('DEL', KEYS[1])
          if told then redis.call('HSET', KEYS[1], 'told', told) end
        end
        """)

    /// ARGV: when, by what, and since when it has failed or nothing.
    private static let disabling = script(
        "endpoint-disabled", sent: .endpointDisableSent,
        """
        if redis.call('HEXISTS', KEYS[1], 'disabled-at') == 0 and (ARGV[4] == '' or had and tonumber(had) <= tonumber(ARGV[4])) then
          redis.call('HSET', KEYS[1], 'disabled-at', ARGV[2])
          redis.call('HSET', KEYS[1], 'disabled-by', ARGV[3])
        end
        """)

    private static let enabling = script("endpoint-enabled", "redis.call('DEL', KEYS[1])")

    /// ARGV: what, or nothing when that was the end of it.
    private static let telling = script(
        "endpoint-told",
        """
        if ARGV[2] == '' then
          if redis.call('HLEN', KEYS[1]) == 1 then redis.call('DEL', KEYS[1]) end
        elseif redis.call('EXISTS', KEYS[1]) == 1 then
          redis.call('HSET', KEYS[1], 'told', ARGV[2])
        end
        """)

    private static func script(_ name: String, sent: FaultPoint? = nil, _ body: String) -> RedisScript {
        RedisScript(
            name, sent: sent,
            """
            local had = redis.call('HGET', KEYS[1], 'failing-since')
            local before = table.concat(redis.call('HGETALL', KEYS[1]), ' ')
            \(body)
            local after = redis.call('HGETALL', KEYS[1])
            if table.concat(after, ' ') ~= before then
              if #after == 0 then
                redis.call('ZREM', KEYS[2], ARGV[1])
              else
                redis.call('ZADD', KEYS[2], 0, ARGV[1])
              end
              redis.call('XADD', KEYS[3], 'MAXLEN', '~', 10000, '1-*', 'kind', 'endpoint', 'id', ARGV[1])
            end
            return after
            """)
    }
}
