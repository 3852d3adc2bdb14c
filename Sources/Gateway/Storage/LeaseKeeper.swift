// Which partitions this loop works on. A lease is a key that expires unless renewed; each holder gets a fencing token, and every
// commit checks inside its script that the lease still bears that token. So two owners may overlap in time, for instance after a
// long pause, but only the later one can change anything (invariant 3).

import Loop
package import Redis

/// Proof of ownership, as commits present it.
package struct Lease: Hashable, Sendable {
    package let partition: Partition
    /// `<owner>#<token>`, as it stands in Redis.
    package let value: String
}

/// Who works on the partitions.
package protocol LeaseHolder: AnyObject {
    /// Work on the partition may begin.
    func gained(_ lease: Lease)
    /// Begin nothing more on the partition, and return when what is under way has been committed.
    func yield(_ lease: Lease) async
    /// The partition has another owner already, or nobody knows: nothing can be committed any more.
    func lost(_ lease: Lease)
}

/// Belongs to one loop; keeps its share of the partitions, a fair part among all live members.
package final class LeaseKeeper {
    /// How long a dead owner's partitions lie still. Renewed three times in that span.
    package static let duration = Duration.seconds(9)
    private static let interval = Duration.seconds(3)
    /// After a start or a change among the members partitions move, and are looked for this often, for so long.
    private static let settlingInterval = Duration.milliseconds(200)
    private static let settlingFor = Duration.seconds(3)

    package let role: LeaseRole
    /// Names this loop of this instance over restarts, so that a restarted instance takes its own leases back at once.
    private let owner: String
    private let redis: RedisClient
    /// The keeper's owner.
    private unowned let holder: any LeaseHolder
    private var held: [Partition: Lease] = [:]
    /// Still held, but on the way to another member.
    private var yielding: Set<Lease> = []
    private var members: Int64 = 0
    private var settlingUntil: Instant
    private var hasFreedFormerLeases = false
    private var isStopped = false
    private let wake = Gate()
    private let ended = Gate()

    package init(role: LeaseRole, owner: String, redis: RedisClient, holder: any LeaseHolder) {
        self.role = role
        self.owner = owner
        self.redis = redis
        self.holder = holder
        settlingUntil = redis.loop.now + Self.settlingFor
    }

    /// The lease under which this loop works on a partition, if it does.
    package subscript(partition: Partition) -> Lease? { held[partition] }
    package func holds(_ lease: Lease) -> Bool { held[lease.partition] == lease }

    /// Keeps leases until `stop`. Start once, as a task of the loop.
    package func run() async {
        let loop = redis.loop
        while true {
            // All at once, and renewed until the last is given back: no partition is taken over while its work still ends.
            if isStopped { yield(staying) }
            if isStopped && held.isEmpty { break }
            do throws(RedisError) {
                try await keep()
            } catch {
                // Nothing can be committed without Redis; its own state is reported by the client, and leases that expired
                // meanwhile are noticed by the next renewal or commit.
            }
            let pause = loop.now < settlingUntil ? Self.settlingInterval : Self.interval
            let timer = loop.schedule(at: loop.now + pause) { self.wake.open(.timedOut) }
            _ = await wake.wait()
            timer.cancel()
        }
        // A member that does not leave is counted until its entry expires.
        _ = try? await redis.send(RedisCommand("ZREM", role.members, owner))
        ended.open()
    }

    /// Gives all leases back, so that others can take them at once.
    package func stop() async {
        isStopped = true
        wake.open()
        _ = await ended.wait()
    }

    /// A commit was refused because the lease does not stand in Redis any more. If it merely expired while Redis or this loop
    /// stood still, and nobody had the partition since, it is taken up again.
    /// - Returns: whether the lease holds, and the commit may be repeated.
    package func wasFenced(_ lease: Lease) async throws(RedisError) -> Bool {
        guard holds(lease) else { return false }
        try await renew([lease])
        return holds(lease)
    }

    private func keep() async throws(RedisError) {
        guard !isStopped else { return try await renewAll() }
        if !hasFreedFormerLeases { try await freeFormerLeases() }
        let share = try await fairShare()
        try await renewAll()
        let surplus = staying.count - share
        if surplus > 0 { yield(staying.suffix(surplus)) }
        for partition in preferred() where held.count < share && held[partition] == nil && !isStopped {
            if let lease = try await acquire(partition) {
                FaultPoint.leaseAcquired.pass()
                held[partition] = lease
                holder.gained(lease)
            }
        }
    }

    /// Each member looks at the partitions from a place of its own, so that they rarely reach for the same one.
    private func preferred() -> [Partition] {
        let start = owner.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff } % Partition.count
        return Array(Partition.all[start...] + Partition.all[..<start])
    }

    /// Counts this loop among the members and says how many partitions each may hold.
    private func fairShare() async throws(RedisError) -> Int {
        let reply = try await redis.run(Self.join, keys: [role.members]) {
            $0.append(owner)
            $0.append(Self.duration.milliseconds)
        }
        guard let members = reply.integer, members > 0 else { throw .unexpectedReply(to: "join") }
        FaultPoint.leaseJoined.pass()
        if members != self.members {
            self.members = members
            settlingUntil = redis.loop.now + Self.settlingFor
        }
        return (Partition.count + Int(members) - 1) / Int(members)
    }

    private func renewAll() async throws(RedisError) { try await renew(leases) }

    /// One call for all of them: an idle system asks Redis for next to nothing.
    private func renew(_ leases: [Lease]) async throws(RedisError) {
        guard !leases.isEmpty else { return }
        let keys = leases.flatMap { [$0.partition.lease(role), $0.partition.fence(role)] }
        let reply = try await redis.run(Self.renewal, keys: keys) {
            $0.append(Self.duration.milliseconds)
            for lease in leases { $0.append(lease.value) }
        }
        guard let answers = reply.array, answers.count == leases.count else { throw .unexpectedReply(to: "renew") }
        for (lease, answer) in zip(leases, answers) {
            if answer.integer == 1 { FaultPoint.leaseRenewed.pass() }
            // It may have been given back meanwhile.
            guard answer.integer != 1, holds(lease) else { continue }
            FaultPoint.leaseLost.pass()
            held[lease.partition] = nil
            holder.lost(lease)
            wake.open()
        }
    }

    /// Frees what this loop held in an earlier life of its instance. Its share may be smaller now, and nobody could take the rest
    /// until it expired.
    private func freeFormerLeases() async throws(RedisError) {
        for partition in Partition.all {
            _ = try await redis.run(Self.forgetting, keys: [partition.lease(role), partition.fence(role)]) {
                $0.append(owner)
            }
        }
        hasFreedFormerLeases = true
    }

    private func acquire(_ partition: Partition) async throws(RedisError) -> Lease? {
        let reply = try await redis.run(Self.acquisition, keys: [partition.lease(role), partition.fence(role)]) {
            $0.append(owner)
            $0.append(Self.duration.milliseconds)
        }
        return reply.text.map { Lease(partition: partition, value: $0) }
    }

    private var leases: [Lease] { held.values.sorted { $0.partition < $1.partition } }
    private var staying: [Lease] { leases.filter { !yielding.contains($0) } }

    /// Gives leases back once their work under way is done; they are renewed meanwhile.
    private func yield(_ leases: some Sequence<Lease>) {
        for lease in leases {
            yielding.insert(lease)
            redis.loop.spawn {
                await self.giveBack(lease)
                self.yielding.remove(lease)
                self.wake.open()
            }
        }
    }

    private func giveBack(_ lease: Lease) async {
        await holder.yield(lease)
        FaultPoint.leaseYielded.pass()
        guard holds(lease) else { return }
        held[lease.partition] = nil
        // A lease that cannot be given back now expires by itself.
        _ = try? await redis.run(Self.release, keys: [lease.partition.lease(role), lease.partition.fence(role)]) {
            $0.append(lease.value)
        }
        FaultPoint.leaseGivenBack.pass()
    }

    // Time is Redis' own, so that members with differing clocks agree. Each script begins its writes with one that needs no
    // memory: Redis then lets the others pass even when its memory is full (it looks before a script's first write). Otherwise
    // a full Redis would cost the leases of those who can empty it.

    private static let join = RedisScript(
        "join",
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
        redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
        return redis.call('ZCARD', KEYS[1])
        """)

    private static let acquisition = RedisScript(
        "acquire", sent: .leaseAcquireSent,
        """
        local held = redis.call('GET', KEYS[1])
        local own = ARGV[1] .. '#'
        if held and string.sub(held, 1, #own) ~= own then return false end
        redis.call('DEL', KEYS[1])
        local value = own .. redis.call('INCR', KEYS[2])
        redis.call('SET', KEYS[1], value, 'PX', ARGV[2])
        return value
        """)

    /// As `release`, of whatever lease bears the owner's name.
    private static let forgetting = RedisScript(
        "forget",
        """
        local own = ARGV[1] .. '#'
        if string.sub(redis.call('GET', KEYS[1]) or '', 1, #own) ~= own then return 0 end
        redis.call('DEL', KEYS[1])
        redis.call('INCR', KEYS[2])
        return 1
        """)

    /// KEYS: of each lease its key and its fence. ARGV: for how long, then the value of each lease. Says of each whether it holds. One
    /// that expired is taken up again if its token is still the last one given out.
    private static let renewal = RedisScript(
        "renew", sent: .leaseRenewSent,
        """
        local answers = {}
        for i = 1, #ARGV - 1 do
          local lease, fence, value = KEYS[2 * i - 1], KEYS[2 * i], ARGV[i + 1]
          local held = redis.call('GET', lease)
          if held == value then
            answers[i] = redis.call('PEXPIRE', lease, ARGV[1])
          elseif held or redis.call('GET', fence) ~= string.match(value, '%d+$') then
            answers[i] = 0
          else
            redis.call('DEL', lease)
            redis.call('SET', lease, value, 'PX', ARGV[1])
            answers[i] = 1
          end
        end
        return answers
        """)

    /// The token is used up, so that a renewal which comes late does not bring the lease back.
    private static let release = RedisScript(
        "release", sent: .leaseReleaseSent,
        """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('DEL', KEYS[1])
        redis.call('INCR', KEYS[2])
        return 1
        """)
}
