// Callbacks of instance providers: JSON, signed only if the provider can be made to sign (WECOM.md 7).
//
// With `hmac`, three headers prove the sender:
//   X-Weir-Timestamp: seconds since 1970        X-Weir-Nonce: 1–128 characters, new for each callback
//   X-Weir-Signature: hex(HMAC-SHA256(secret, timestamp + "." + nonce + "." + body))
// The signature covers all of it, so it is what is remembered, in the very step that keeps the events: a replay inside the
// tolerance has the same one and keeps nothing. A nonce used again by the provider for another body has another signature; it is
// the provider's slip and nobody's attack, and dropping its events for it would lose them.

import Codec
import Crypto
import Events
import Gateway
import HTTP
import Loop
import Telemetry
import WeCom

final class InstanceDesk: CallbackDesk {
    private static let nonceMax = 128

    let name: String
    let tenant: String
    private let settings: InstanceSource
    private let normaliser: InstanceNormaliser
    private var signature: InstanceSignature?

    init(_ source: CallbackSource, _ settings: InstanceSource) throws(CryptoError) {
        name = source.name
        tenant = source.tenant
        self.settings = settings
        normaliser = InstanceNormaliser(tenant: source.tenant, source: source.name, accounts: settings.accounts)
        if case .hmac(let secret, let previous, _) = settings.authentication {
            signature = try InstanceSignature(secret: secret.revealed, previous: previous?.revealed)
        }
    }

    func answerVerification(
        _ request: Request, _ path: CallbackPath, _ now: CallbackMoment, _ scratch: inout CallbackScratch
    ) throws(CallbackRefusal) -> [UInt8] {
        throw CallbackRefusal(.method, "callbacks of instances are POST")
    }

    func take(
        _ request: Request, _ path: CallbackPath, _ now: CallbackMoment, _ scratch: inout CallbackScratch,
        observe: (Duration) -> Void
    ) throws(CallbackRefusal) -> TakenCallback {
        let started = now.loop.preciseNow()
        try checkAddress(request)
        let signature = try authenticate(request, path, now)
        observe(now.loop.preciseNow() - started)
        let hash: Digest<32>
        do throws(CryptoError) {
            hash = try scratch.sha256.digest(request.body.span)
        } catch {
            throw CallbackRefusal(.digest, "\(error)")
        }
        do throws(InstanceFault) {
            scratch.events = try normaliser.events(
                from: request.body.span, hash: hash, receivedAt: now.timestamp)
            return TakenCallback(signature: signature, answer: Self.success)
        } catch {
            throw CallbackRefusal(.content, "\(error)")
        }
    }

    /// Providers want any JSON.
    private static let success = Response(.ok, .json, Array("{}".utf8))

    private func checkAddress(_ request: Request) throws(CallbackRefusal) {
        guard !settings.allowed.isEmpty else { return }
        guard let address = request.peer.ip, settings.allowed.contains(where: { $0.contains(address) }) else {
            throw CallbackRefusal(.address, "\(request.peer) is not in the source's `allow`")
        }
    }

    /// - Returns: the signature of a signed callback.
    private func authenticate(
        _ request: Request, _ path: CallbackPath, _ now: CallbackMoment
    ) throws(CallbackRefusal) -> [UInt8]? {
        if case .pathToken(let expected) = settings.authentication {
            guard let token = path.token else { throw CallbackRefusal(.secret, "the path token is missing") }
            return try check(token, expected.revealed, "the path token is wrong")
        }
        guard path.token == nil else { throw CallbackRefusal(.source, "this source has no path token") }
        switch settings.authentication {
        case .hmac(_, _, let tolerance): return try verifySignature(request, now, tolerance: tolerance)
        case .header(let name, let expected):
            guard let value = request.header(name) else {
                throw CallbackRefusal(.secret, "the header \(name) is missing")
            }
            return try check(value, expected.revealed, "the header \(name) is wrong")
        case .pathToken, .addressOnly: return nil
        }
    }

    private func check(_ value: String, _ expected: String, _ fault: String) throws(CallbackRefusal) -> [UInt8]? {
        guard constantTimeEqual(Array(value.utf8).span, Array(expected.utf8).span) else {
            throw CallbackRefusal(.secret, fault)
        }
        return nil
    }

    private func verifySignature(
        _ request: Request, _ now: CallbackMoment, tolerance: Duration?
    ) throws(CallbackRefusal) -> [UInt8] {
        func header(_ name: String) throws(CallbackRefusal) -> [UInt8] {
            guard let value = request.header(name) else {
                throw CallbackRefusal(.unsigned, "the header \(name) is missing")
            }
            return Array(value.utf8)
        }
        let timestamp = try header("x-weir-timestamp")
        let nonce = try header("x-weir-nonce")
        let received = try header("x-weir-signature")
        guard (1...Self.nonceMax).contains(nonce.count) else {
            throw CallbackRefusal(.query, "x-weir-nonce has \(nonce.count) characters, must have 1 to \(Self.nonceMax)")
        }
        let isGenuine: Bool
        do throws(CryptoError) {
            isGenuine = try signature?.verify(received, timestamp: timestamp, nonce: nonce, body: request.body) ?? false
        } catch {
            throw CallbackRefusal(.digest, "\(error)")
        }
        guard isGenuine else {
            throw CallbackRefusal(.signature, "x-weir-signature matches neither the secret nor the previous one")
        }
        let age = CallbackTimestamp.judge(
            timestamp.span, now: now.seconds, tolerance: tolerance.map { $0.milliseconds / 1000 })
        guard age == .fresh else { throw CallbackRefusal(.timestamp, "\(age)") }
        return received
    }
}

/// The HMAC of a source, under its secret and, during a change, the previous one.
final class InstanceSignature {
    private var current: HMACSHA256
    private var previous: HMACSHA256?

    init(secret: [UInt8], previous: [UInt8]?) throws(CryptoError) {
        current = try HMACSHA256(key: secret.span)
        if let previous { self.previous = try HMACSHA256(key: previous.span) }
    }

    func verify(_ received: [UInt8], timestamp: [UInt8], nonce: [UInt8], body: [UInt8]) throws(CryptoError) -> Bool {
        if try Self.matches(received, timestamp, nonce, body, &current) { return true }
        guard var second = previous.take() else { return false }
        let matches = try Self.matches(received, timestamp, nonce, body, &second)
        previous = consume second
        return matches
    }

    private static func matches(
        _ received: [UInt8], _ timestamp: [UInt8], _ nonce: [UInt8], _ body: [UInt8], _ hmac: inout HMACSHA256
    ) throws(CryptoError) -> Bool {
        let dot: [UInt8] = [UInt8(ascii: ".")]
        hmac.restart()
        try hmac.update(timestamp.span)
        try hmac.update(dot.span)
        try hmac.update(nonce.span)
        try hmac.update(dot.span)
        try hmac.update(body.span)
        let digest = try hmac.finish()
        var expected: [UInt8] = []
        Hex.encode(digest.bytes.span, appendingTo: &expected)
        return constantTimeEqual(received.span, expected.span)
    }
}
