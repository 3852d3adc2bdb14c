// From a request to the one on whose behalf it comes. A bearer token costs one HMAC and two looks into caches, and no way to Redis;
// a signed request also asks Redis whether its nonce is new.

import Codec
package import Crypto
package import HTTP
package import Loop
package import Records
import Redis
import Telemetry
import Vault

/// Why nobody is taken to be the sender. The API answers 401 (the last one 503); log and metrics learn which it was.
package enum AuthenticationFault: String, Error, CaseIterable, Sendable {
    case missing
    /// Two Authorization fields, or one that is neither a token nor a signature.
    case malformed
    case badToken = "bad_token"
    /// The one that a client mends by itself, with its refresh token. Told apart only once the signature was right.
    case expiredToken = "expired_token"
    case endedSession = "ended_session"
    case suspended
    /// Found out by the API, which knows tenants.
    case deletedTenant = "deleted_tenant"
    case unknownKey = "unknown_key"
    case expiredKey = "expired_key"
    case badSignature = "bad_signature"
    /// The signature is right, and was made too long ago or by a clock that is wrong.
    case staleSignature = "stale_signature"
    case replayed
    case unavailable
}

/// Belongs to one loop.
package final class Authenticator {
    /// How far the time of a signature may be from ours, either way, in seconds.
    package static let tolerance: Int64 = 300
    /// A nonce is remembered for longer than its signature is good for.
    private static let rememberNonces = 2 * tolerance + 60

    private let users: RecordCache<User>
    private let sessions: RecordCache<Session>
    private let keys: RecordCache<APIKey>
    private let directory: APIKeyDirectory
    private let mint: TokenMint
    private let loop: EventLoop
    private let metrics: IdentityMetrics
    private var sha256: SHA256

    package init(
        users: RecordCache<User>, sessions: RecordCache<Session>, keys: RecordCache<APIKey>,
        directory: APIKeyDirectory, mint: TokenMint, loop: EventLoop, metrics: IdentityMetrics
    ) throws(CryptoError) {
        self.users = users
        self.sessions = sessions
        self.keys = keys
        self.directory = directory
        self.mint = mint
        self.loop = loop
        self.metrics = metrics
        sha256 = try SHA256()
    }

    package func principal(of request: Request) async throws(AuthenticationFault) -> Principal {
        do throws(AuthenticationFault) {
            return try await sender(of: request)
        } catch {
            metrics.refusals[error].increment()
            throw error
        }
    }

    /// Counts a refusal of who was let in here.
    package func refused(_ fault: AuthenticationFault) { metrics.refusals[fault].increment() }

    private func sender(of request: Request) async throws(AuthenticationFault) -> Principal {
        guard let value = request.head.headers.first(.authorization) else { throw .missing }
        guard !Self.isRepeated(request) else { throw .malformed }
        let field: AuthorizationField
        do throws(AuthorizationField.Fault) {
            field = try AuthorizationField(request.bytes.extracting(value))
        } catch {
            throw .malformed
        }
        switch field {
        case .bearer(let range):
            let start = value.lowerBound + range.lowerBound
            return try await principal(bearing: request, start..<value.lowerBound + range.upperBound)
        case .signature(let signature): return try await principal(signing: request, value.lowerBound, signature)
        }
    }

    private static func isRepeated(_ request: Request) -> Bool {
        var count = 0
        for field in request.head.headers.fields where field.known == .authorization { count += 1 }
        return count > 1
    }

    // MARK: Tokens

    private func principal(
        bearing request: Request, _ range: Range<Int>
    ) async throws(AuthenticationFault) -> Principal {
        let token: AccessToken
        do throws(TokenFault) {
            token = try mint.verify(request.bytes.extracting(range), at: loop.wallMilliseconds / 1000)
        } catch .expired {
            throw .expiredToken
        } catch {
            throw .badToken
        }
        let session: Session
        let user: User
        do throws(StoreFault) {
            session = try await sessions.get(token.session).value
            user = try await users.get(token.subject).value
        } catch .notFound {
            throw .endedSession
        } catch {
            throw .unavailable
        }
        guard session.user == user.id, session.generation == user.generation,
            session.expiresAt > loop.wallMilliseconds
        else { throw .endedSession }
        guard user.status == .active else { throw .suspended }
        return user.principal(session: session.id)
    }

    // MARK: Signatures

    private func principal(
        signing request: Request, _ start: Int, _ said: RequestSignature
    ) async throws(AuthenticationFault) -> Principal {
        func range(_ range: Range<Int>) -> Range<Int> { start + range.lowerBound..<start + range.upperBound }
        let id = request.text(range(said.key))
        guard RecordID.isValid(id) else { throw .unknownKey }
        let key: APIKey
        let secret: [UInt8]
        do {
            key = try await keys.get(id).value
            secret = try directory.secret(of: key)
        } catch StoreFault.notFound {
            throw .unknownKey
        } catch {
            throw .unavailable
        }
        let bytes = request.bytes
        let canonical = CanonicalRequest(
            method: bytes.extracting(request.head.methodName), path: bytes.extracting(request.head.target.path),
            query: bytes.extracting(request.head.target.query ?? 0..<0),
            timestamp: bytes.extracting(range(said.timestampText)), nonce: bytes.extracting(range(said.nonce)),
            body: request.body.span)
        guard let expected = try? canonical.signature(key: secret.span, using: &sha256),
            constantTimeEqual(expected.bytes.span, said.signature.bytes.span)
        else { throw .badSignature }
        // Only who has the secret learns more than that it was refused, and only they can fill Redis with nonces.
        let now = loop.wallMilliseconds
        guard abs(now / 1000 - said.timestamp) <= Self.tolerance else { throw .staleSignature }
        if let expiresAt = key.expiresAt, expiresAt <= now { throw .expiredKey }
        try await spend(request.text(range(said.nonce)), of: id)
        directory.noteUse(of: id)
        return key.principal
    }

    /// A signature is good once.
    private func spend(_ nonce: String, of key: String) async throws(AuthenticationFault) {
        var command = RedisCommand("SET", "weir:{records}:nonce:\(key):\(nonce)", "", "NX", "EX")
        command.append(Self.rememberNonces)
        let reply: RedisValue
        do throws(RedisError) {
            reply = try await directory.store.redis.send(command)
        } catch {
            throw .unavailable
        }
        if reply == .null { throw .replayed }
    }
}
