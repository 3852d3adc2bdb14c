// The steps of the quotas that Redis carries out whole. Time is Redis' own, but for the dates, which the tenant's zone decides.

import Redis

extension QuotaBook {
    /// A bucket's tokens now; KEYS and ARGV as of the scripts that begin with it.
    private static let bucket = """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local count, lives = tonumber(ARGV[1]), ARGV[2]
        local function argument(meter, place) return ARGV[2 + 4 * (meter - 1) + place] end
        local function tokens(meter)
          local key, capacity, period = KEYS[meter + 1], tonumber(argument(meter, 3)), tonumber(argument(meter, 4))
          local left = tonumber(redis.call('HGET', key, 'tokens') or capacity)
          local at = tonumber(redis.call('HGET', key, 'at') or now)
          return math.min(capacity, left + math.max(0, now - at) * capacity / period)
        end
        local function keep(meter, left)
          local key, period = KEYS[meter + 1], tonumber(argument(meter, 4))
          local at = math.max(now, tonumber(redis.call('HGET', key, 'at') or now))
          redis.call('HSET', key, 'tokens', string.format('%.6f', left), 'at', string.format('%.0f', at))
          redis.call('PEXPIRE', key, math.ceil(period / 1000) + 1000)
        end

        """

    /// KEYS: the reference, then a key for each meter. ARGV: how many; how long the reference lives in ms; then for each meter its
    /// kind, field, limit (−1: none) and, in seconds, how long its day is kept, or, in µs, its period. Looks at all before it takes
    /// of any. Returns 1 if taken, 2 if that was before, 0 if not; which meter (from 0) the numbers are of; how much of it is
    /// used; µs until there is room; the level of the first that was told.
    static let taking = RedisScript(
        "take",
        bucket + """
            local function told()
              if redis.call('HEXISTS', KEYS[2], 'told:100') == 1 then return 100 end
              return redis.call('HEXISTS', KEYS[2], 'told:80') == 1 and 80 or 0
            end
            if redis.call('GET', KEYS[1]) == 'taken' then
              return {2, 0, tonumber(redis.call('HGET', KEYS[2], argument(1, 2)) or 0), 0, told()}
            end
            local left = {}
            for meter = 1, #KEYS - 1 do
              local limit = tonumber(argument(meter, 3))
              if argument(meter, 1) == 'day' then
                local used = tonumber(redis.call('HGET', KEYS[meter + 1], argument(meter, 2)) or 0)
                if limit >= 0 and used + count > limit then return {0, meter - 1, used, 0, told()} end
              else
                left[meter] = tokens(meter)
                if left[meter] < count then
                  local wait = math.ceil((count - left[meter]) * tonumber(argument(meter, 4)) / math.max(1, limit))
                  return {0, meter - 1, limit - math.floor(left[meter]), wait, told()}
                end
              end
            end
            for meter = 1, #KEYS - 1 do
              if left[meter] then
                keep(meter, left[meter] - count)
              else
                redis.call('HINCRBY', KEYS[meter + 1], argument(meter, 2), count)
                redis.call('EXPIRE', KEYS[meter + 1], argument(meter, 4))
              end
            end
            redis.call('SET', KEYS[1], 'taken', 'PX', lives)
            return {1, 0, tonumber(redis.call('HGET', KEYS[2], argument(1, 2))), 0, told()}
            """)

    /// As `taking`. A day that has expired stays so.
    static let returning = RedisScript(
        "give-back",
        bucket + """
            if redis.call('GET', KEYS[1]) == 'returned' then return {0} end
            for meter = 1, #KEYS - 1 do
              if argument(meter, 1) == 'bucket' then
                keep(meter, math.min(tonumber(argument(meter, 3)), tokens(meter) + count))
              else
                local used = tonumber(redis.call('HGET', KEYS[meter + 1], argument(meter, 2)) or 0)
                if used > 0 then
                  redis.call('HINCRBY', KEYS[meter + 1], argument(meter, 2), -math.min(count, used))
                end
              end
            end
            redis.call('SET', KEYS[1], 'returned', 'PX', lives)
            return {1}
            """)

    /// KEYS: the accounts, their history. ARGV: the id, how many there may be, the date, how many days of history are kept.
    private static let recordingAccounts = """
        local function record()
          local count = redis.call('SCARD', KEYS[1])
          redis.call('HSET', KEYS[2], ARGV[3], count)
          if redis.call('HLEN', KEYS[2]) > tonumber(ARGV[4]) then
            local oldest
            for _, day in ipairs(redis.call('HKEYS', KEYS[2])) do
              if not oldest or day < oldest then oldest = day end
            end
            redis.call('HDEL', KEYS[2], oldest)
          end
          return count
        end

        """

    /// Returns whether it has a place, and how many have.
    static let takingAccount = RedisScript(
        "take-account",
        recordingAccounts + """
            local count = redis.call('SCARD', KEYS[1])
            if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return {1, count} end
            if count >= tonumber(ARGV[2]) then return {0, count} end
            redis.call('SADD', KEYS[1], ARGV[1])
            return {1, record()}
            """)

    static let returningAccount = RedisScript(
        "give-back-account",
        recordingAccounts + """
            if redis.call('SREM', KEYS[1], ARGV[1]) == 0 then return {0, redis.call('SCARD', KEYS[1])} end
            return {1, record()}
            """)

    /// KEYS: the accounts, their history, then days. Returns how many accounts there are, the history, and the messages of each day.
    static let reading = RedisScript(
        "read-usage",
        """
        local messages = {}
        for place = 3, #KEYS do
          messages[place - 2] = tonumber(redis.call('HGET', KEYS[place], 'messages') or 0)
        end
        return {redis.call('SCARD', KEYS[1]), redis.call('HGETALL', KEYS[2]), messages}
        """)
}
