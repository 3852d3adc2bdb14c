// Official WeCom callbacks: signed and encrypted (WECOM.md 1–3).

import Crypto
import Events
import Gateway
import HTTP
import Loop
import Telemetry
import WeCom

final class WeComDesk: CallbackDesk {
    let name: String
    let tenant: String
    private let settings: WeComSource
    private let normaliser: CallbackNormaliser

    init(_ source: CallbackSource, _ settings: WeComSource) {
        name = source.name
        tenant = source.tenant
        self.settings = settings
        normaliser = CallbackNormaliser(tenant: source.tenant, account: settings.account, source: source.name)
    }

    func answerVerification(
        _ request: Request, _ path: CallbackPath, _ now: CallbackMoment, _ scratch: inout CallbackScratch
    ) throws(CallbackRefusal) -> [UInt8] {
        guard path.token == nil else { throw CallbackRefusal(.source, "this source has no path token") }
        let query = try SignedQuery(request)
        guard !query.echo.isEmpty else { throw CallbackRefusal(.query, "echostr is missing") }
        // A verification has no effect, so its age is not judged: the console may be slow.
        return try open(EnvelopeBody(echo: query.echo).encrypt, query, &scratch).message
    }

    func take(
        _ request: Request, _ path: CallbackPath, _ now: CallbackMoment, _ scratch: inout CallbackScratch,
        observe: (IngestMetrics.Stage, Duration) -> Void
    ) throws(CallbackRefusal) -> TakenCallback {
        guard path.token == nil else { throw CallbackRefusal(.source, "this source has no path token") }
        let started = now.loop.preciseNow()
        let query = try SignedQuery(request)
        let encrypt: [UInt8]
        do throws(EnvelopeFault) {
            encrypt = try EnvelopeBody(request.body.span).encrypt
        } catch {
            throw CallbackRefusal(error)
        }
        let opened = try open(encrypt, query, &scratch)
        // Judged after the signature, so that the log says "stale" only of what is genuine.
        let tolerance = settings.tolerance.map { $0.milliseconds / 1000 }
        let age = CallbackTimestamp.judge(query.timestamp.span, now: now.seconds, tolerance: tolerance)
        guard age == .fresh else { throw CallbackRefusal(.timestamp, "\(age)") }
        observe(.open, now.loop.preciseNow() - started)
        let hash: Digest<32>
        do throws(CryptoError) {
            hash = try scratch.sha256.digest(opened.message.span)
        } catch {
            throw CallbackRefusal(.digest, "\(error)")
        }
        let event = normaliser.event(from: opened.message.span, hash: hash, receivedAt: now.timestamp)
        return TakenCallback(events: [event], nonce: nil, answer: Self.answer(to: event))
    }

    private func open(
        _ encrypt: [UInt8], _ query: SignedQuery, _ scratch: inout CallbackScratch
    ) throws(CallbackRefusal) -> OpenedEnvelope {
        do throws(EnvelopeFault) {
            let signed = CallbackQuery(
                signature: query.signature.span, timestamp: query.timestamp.span, nonce: query.nonce.span)
            return try scratch.cipher.open(encrypt.span, signed, with: settings.credentials.revealed)
        } catch {
            throw CallbackRefusal(error)
        }
    }

    /// Suite events want the bare word within their second; all else an empty body (WECOM.md 1.7).
    private static func answer(to event: Event) -> Response {
        event.has(.suiteID) ? suiteSuccess : success
    }

    private static let success = Response(.ok)
    private static let suiteSuccess = Response(.ok, .plainText, Array("success".utf8))
}

/// The query of a signed callback, decoded once.
struct SignedQuery {
    let signature: [UInt8]
    let timestamp: [UInt8]
    let nonce: [UInt8]
    /// Of URL verifications only.
    let echo: [UInt8]

    init(_ request: Request) throws(CallbackRefusal) {
        signature = try Self.find("msg_signature", in: request)
        timestamp = try Self.find("timestamp", in: request)
        nonce = try Self.find("nonce", in: request)
        echo = try Self.find("echostr", in: request)
    }

    /// Empty when there is no such parameter: an empty signature fails like a wrong one.
    private static func find(_ name: String, in request: Request) throws(CallbackRefusal) -> [UInt8] {
        guard let query = request.head.target.query else { throw CallbackRefusal(.query, "the URL has no query") }
        var value: [UInt8] = []
        do throws(HTTPFault) {
            let parameters = QueryParameters(request.bytes.extracting(query))
            _ = try parameters.find(name, appendingTo: &value)
            return value
        } catch {
            throw CallbackRefusal(.query, "\(name): \(error.message)")
        }
    }
}
