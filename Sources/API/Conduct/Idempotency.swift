// Idempotency-Key: a POST that is sent again, because its answer was lost, is answered again and not done again. The answer is kept
// in Redis for a day, sealed, since it may hold what is shown only once; so is the digest of the request, whose body may hold a
// password: whoever reads Redis could try passwords against a bare one.
//
// | key                        | type | what                                                | goes when                       |
// | -------------------------- | ---- | --------------------------------------------------- | ------------------------------- |
// | weir:{idempotency}:<place> | hash | `print` of the request, sealed, `token` of who      | a minute after the claim; with  |
// |                            |      | answers it, `answer` once there is one              | an answer, a day after it       |

import Codec
package import Crypto
import HTTP
import Identity
import Loop
package import Redis
package import Telemetry
package import Vault

/// Belongs to one loop.
package final class Idempotency {
    /// If Weir dies at work, the request can be sent again after this; no handler takes nearly as long.
    private static let claimFor = Duration.seconds(60)
    private static let keepFor = Duration.seconds(24 * 60 * 60)
    /// Longer answers are not kept; none is nearly as long.
    private static let answerBytesMax = 64 << 10
    private static let keyCounts = 1...255

    private let redis: RedisClient
    private let vault: Vault
    private let log: Logger
    private var random = RandomSource.system
    private var sha256: SHA256

    package init(redis: RedisClient, vault: Vault, log: Logger) throws(CryptoError) {
        self.redis = redis
        self.vault = vault
        self.log = log
        sha256 = try SHA256()
    }

    /// The answer of `body`, or the one it gave before under the same key.
    func once(
        _ call: APICall, _ principal: Principal?, _ body: () async throws(Problem) -> Reply
    ) async throws(Problem) -> Reply {
        guard let range = call.request.head.headers.first(.idempotencyKey) else { return try await body() }
        let key = call.request.text(range)
        guard Self.keyCounts.contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Problem(.invalidHeader, "Idempotency-Key must have 1 to 255 visible characters of ASCII.")
        }
        guard !call.request.head.headers.isRepeated(.idempotencyKey) else {
            throw Problem(.invalidHeader, "Give one Idempotency-Key; there are several in this request.")
        }
        let print = try digest(
            [
                call.endpoint.operation, call.request.path, call.request.head.target.query.map(call.request.text) ?? "",
            ], call.request.body)
        // Strangers of different addresses share no keys, so none of them can take another's.
        let place = try digest([principal?.id ?? "anonymous " + call.address, key], [])
        let token = String(random.next(), radix: 16)
        if let answer = try await claim(place, print, token) { return answer }
        let reply: Reply
        do throws(Problem) {
            reply = try await body()
        } catch {
            // It changed nothing, so the same request may have better luck.
            await settle(place, token, nil)
            throw error
        }
        await settle(place, token, reply)
        return reply
    }

    private func claim(_ place: String, _ print: String, _ token: String) async throws(Problem) -> Reply? {
        guard let sealed = try? vault.seal(Array(print.utf8).span, at: Self.sealedPlace(place, "print")) else {
            throw Problem(.internalError, "the Idempotency-Key cannot be sealed")
        }
        let words: [RedisValue]
        do throws(RedisError) {
            words =
                try await redis.run(Self.claim, keys: [Self.redisKey(place)]) {
                    $0.append(sealed)
                    $0.append(token)
                    $0.append(Self.claimFor.milliseconds)
                }.array ?? []
        } catch {
            throw Problem(.unavailable, "The Idempotency-Key cannot be kept now. Repeat the request.", retryAfter: 1)
        }
        // Nothing is kept under this key: it is this request's now.
        guard let kept = words.first?.text else { return nil }
        guard let first = try? vault.open(kept, at: Self.sealedPlace(place, "print")) else {
            // The master key that sealed it was forgotten. To do it again is what the key is there to prevent.
            throw Problem(.idempotencyAnswerLost, "The request was done; its answer cannot be shown again.")
        }
        guard first == Array(print.utf8) else {
            throw Problem(
                .idempotencyKeyReused, "This Idempotency-Key came with another request; each request needs its own.")
        }
        guard words.count == 2, let answer = words[1].text else {
            throw Problem(
                .idempotencyInProgress, "The first request with this Idempotency-Key is still at work.", retryAfter: 1)
        }
        guard let reply = open(answer, place) else {
            throw Problem(.idempotencyAnswerLost, "The request was done; its answer cannot be shown again.")
        }
        return reply
    }

    /// Keeps the answer, or with none gives the key back. Should this fail, the claim ends by itself.
    private func settle(_ place: String, _ token: String, _ reply: Reply?) async {
        var answer = ""
        if let reply, reply.body.count <= Self.answerBytesMax, let sealed = seal(reply, place) { answer = sealed }
        do throws(RedisError) {
            _ = try await redis.run(Self.settle, keys: [Self.redisKey(place)]) {
                $0.append(token)
                $0.append(answer)
                $0.append(Self.keepFor.milliseconds)
            }
        } catch {
            log.warning("the answer under an Idempotency-Key is not kept", ["reason": "\(error)"])
        }
    }

    // MARK: Texts

    private func digest(_ parts: [String], _ body: [UInt8]) throws(Problem) -> String {
        do throws(CryptoError) {
            sha256.restart()
            for part in parts { try sha256.update((part + "\n").utf8.span) }
            try sha256.update(body.span)
            return try sha256.finish().description
        } catch {
            throw Problem(.internalError, "\(error)")
        }
    }

    private func seal(_ reply: Reply, _ place: String) -> String? {
        var body: [UInt8] = []
        Base64.encode(reply.body.span, appendingTo: &body)
        let document: JSONValue = [
            "status": .number(JSONNumber(reply.status.code)), "is_json": .bool(reply.type != nil),
            "body": .string(String(decoding: body, as: UTF8.self)),
            "version": reply.version.map { .number(JSONNumber($0)) } ?? .null,
            "location": reply.location.map { .string($0) } ?? .null,
        ]
        return try? vault.seal(document.bytes.span, at: Self.sealedPlace(place, "answer"))
    }

    private func open(_ text: String, _ place: String) -> Reply? {
        var body: [UInt8] = []
        guard let bytes = try? vault.open(text, at: Self.sealedPlace(place, "answer")),
            let document = try? JSONValue(parsing: bytes.span), let status = document["status"]?.integer,
            let encoded = document["body"]?.string,
            (try? Base64.decode(Array(encoded.utf8).span, appendingTo: &body)) != nil
        else { return nil }
        var reply = Reply(
            HTTPStatus(Int(status)), document["is_json"]?.bool == true ? .json : nil, body,
            version: document["version"]?.integer)
        reply.location = document["location"]?.string
        reply.isReplayed = true
        return reply
    }

    private static func redisKey(_ place: String) -> String { "weir:{idempotency}:" + place }

    private static func sealedPlace(_ place: String, _ field: String) -> SealedPlace {
        SealedPlace(kind: "idempotency", id: place, field: field)
    }

    // MARK: Scripts

    /// KEYS: the place. ARGV: print, token, ms of the claim. Returns what is kept there: nothing, a print, or a print and an answer.
    private static let claim = RedisScript(
        "idempotency-claim",
        """
        local kept = redis.call('HMGET', KEYS[1], 'print', 'answer')
        if kept[1] then
          return kept
        end
        redis.call('HSET', KEYS[1], 'print', ARGV[1], 'token', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        return {}
        """)

    /// KEYS: the place. ARGV: token, answer or nothing, ms to keep it. A claim that ended meanwhile is another's by now.
    private static let settle = RedisScript(
        "idempotency-settle",
        """
        if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then return {'LOST'} end
        if ARGV[2] == '' then
          redis.call('DEL', KEYS[1])
        else
          redis.call('HSET', KEYS[1], 'answer', ARGV[2])
          redis.call('PEXPIRE', KEYS[1], ARGV[3])
        end
        return {'OK'}
        """)
}
