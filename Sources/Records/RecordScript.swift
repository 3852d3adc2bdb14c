// The one script by which records change.

import Audit
import Redis

enum RecordScript {
    enum Step: String {
        case create, replace, delete
    }

    /// KEYS of its own: the record, the changes. ARGV of its own: step, kind, id, what the keys of the kind begin with, the version
    /// that is expected or nothing, the document, names as `[field, value, …]`, ms of creation, lists as `[list, …]`.
    ///
    /// Everything is looked at before the first write. Redis looks for memory before the first write too, and a deletion begins with
    /// one that needs none, so a full Redis refuses a change as a whole and lets deletions pass. The keys of names and lists follow
    /// from the record as it stands, which only the script sees; they are in its slot by their tag.
    static let change = RedisScript(
        "record",
        AuditScript.check + """
            local record, changes, at = KEYS[3], KEYS[4], \(AuditScript.argumentCount)
            local step, kind, id, family = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
            local expected, names, lists = ARGV[at + 5], cjson.decode(ARGV[at + 7]), cjson.decode(ARGV[at + 9])
            local version = redis.call('HGET', record, 'version')
            if step == 'create' then
              if version then return {'TAKEN', 'id'} end
            else
              if not version then return {'ABSENT'} end
              if expected ~= '' and expected ~= version then return {'VERSION', version} end
            end
            for i = 1, #names, 2 do
              local holder = redis.call('HGET', family .. '/by/' .. names[i], names[i + 1])
              if holder and holder ~= id then return {'TAKEN', names[i]} end
            end

            local former = redis.call('HMGET', record, 'names', 'lists')
            if step == 'delete' then redis.call('DEL', record) end
            if version then
              local old = cjson.decode(former[1])
              for i = 1, #old, 2 do redis.call('HDEL', family .. '/by/' .. old[i], old[i + 1]) end
              for _, list in ipairs(cjson.decode(former[2])) do redis.call('ZREM', family .. '/in/' .. list, id) end
            end
            local now = string.format('%d', (version or 0) + 1)
            if step ~= 'delete' then
              redis.call('HSET', record, 'version', now, 'document', ARGV[at + 6], 'names', ARGV[at + 7], 'lists', ARGV[at + 9])
              for i = 1, #names, 2 do redis.call('HSET', family .. '/by/' .. names[i], names[i + 1], id) end
              for _, list in ipairs(lists) do redis.call('ZADD', family .. '/in/' .. list, ARGV[at + 8], id) end
            end
            redis.call('XADD', changes, 'MAXLEN', '~', 10000, '1-*', 'kind', kind, 'id', id)

            """ + AuditScript.append + "return {'OK', now}")

    /// KEYS: the list. ARGV: what the keys of the kind begin with, first and last place. A record whose hash is gone is left out.
    static let page = RedisScript(
        "record-page",
        """
        local reply = {redis.call('ZCARD', KEYS[1])}
        for _, id in ipairs(redis.call('ZRANGE', KEYS[1], ARGV[2], ARGV[3])) do
          local record = redis.call('HMGET', ARGV[1] .. ':' .. id, 'version', 'document')
          if record[1] then
            reply[#reply + 1] = id
            reply[#reply + 1] = record[1]
            reply[#reply + 1] = record[2]
          end
        end
        return reply
        """)

    /// KEYS: any of the kind. ARGV: what the keys of the kind begin with, ids. One that is not there is left out.
    static let many = RedisScript(
        "record-many",
        """
        local reply = {}
        for i = 2, #ARGV do
          local record = redis.call('HMGET', ARGV[1] .. ':' .. ARGV[i], 'version', 'document')
          if record[1] then
            reply[#reply + 1] = ARGV[i]
            reply[#reply + 1] = record[1]
            reply[#reply + 1] = record[2]
          end
        end
        return reply
        """)

    /// KEYS: the names of a field. ARGV: what the keys of the kind begin with, the value.
    static let named = RedisScript(
        "record-named",
        """
        local id = redis.call('HGET', KEYS[1], ARGV[2])
        if not id then return false end
        local record = redis.call('HMGET', ARGV[1] .. ':' .. id, 'version', 'document')
        return {id, record[1], record[2]}
        """)
}
