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
        let echo = query.echo
        guard !echo.isEmpty else { throw CallbackRefusal(.query, "echostr is missing") }
        // A verification has no effect, so its age is not judged: the console may be slow.
        let parts = try open(EnvelopeBody(echo: echo).encrypt, query, &scratch.cipher, into: &scratch.plaintext)
        return Array(scratch.plaintext[parts.message])
    }

    func take(
        _ request: Request, _ path: CallbackPath, _ now: CallbackMoment, _ scratch: inout CallbackScratch,
        observe: (Duration) -> Void
    ) throws(CallbackRefusal) -> TakenCallback {
        guard path.token == nil else { throw CallbackRefusal(.source, "this source has no path token") }
        let started = now.loop.preciseNow()
        let query = try SignedQuery(request)
        do throws(EnvelopeFault) {
            scratch.encrypt.removeAll(keepingCapacity: true)
            try EnvelopeBody.read(request.body.span, appendingTo: &scratch.encrypt)
        } catch {
            throw CallbackRefusal(error)
        }
        // Out of the scratch while the message is read, whose other parts are written meanwhile.
        var plaintext: [UInt8] = []
        swap(&plaintext, &scratch.plaintext)
        defer { swap(&plaintext, &scratch.plaintext) }
        let parts = try open(scratch.encrypt, query, &scratch.cipher, into: &plaintext)
        // Judged after the signature, so that the log says "stale" only of what is genuine.
        let tolerance = settings.tolerance.map { $0.milliseconds / 1000 }
        let age = CallbackTimestamp.judge(query.timestamp, now: now.seconds, tolerance: tolerance)
        guard age == .fresh else { throw CallbackRefusal(.timestamp, "\(age)") }
        observe(now.loop.preciseNow() - started)
        do throws(CryptoError) {
            // One event, made in the memory of the one before.
            if scratch.events.count != 1 { scratch.events = [Event()] }
            try normaliser.read(
                plaintext.span.extracting(parts.message), into: &scratch.events[0], &scratch.document,
                receivedAt: now.timestamp, &scratch.sha256)
            return TakenCallback(signature: nil, answer: Self.answer(to: scratch.events[0]))
        } catch {
            throw CallbackRefusal(.digest, "\(error)")
        }
    }

    private func open(
        _ encrypt: [UInt8], _ query: SignedQuery, _ cipher: inout EnvelopeCipher, into plaintext: inout [UInt8]
    ) throws(CallbackRefusal) -> OpenedParts {
        do throws(EnvelopeFault) {
            return try cipher.open(encrypt.span, query.signed, with: settings.credentials.revealed, into: &plaintext)
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

/// The query of a signed callback, decoded once, into one array.
struct SignedQuery {
    private var bytes: [UInt8] = []
    private let signatureEnd: Int
    private let timestampEnd: Int
    private let nonceEnd: Int

    private static let names: InlineArray<4, String> = ["msg_signature", "timestamp", "nonce", "echostr"]

    /// What is not there is empty: an empty signature fails like a wrong one.
    init(_ request: Request) throws(CallbackRefusal) {
        guard let query = request.head.target.query else { throw CallbackRefusal(.query, "the URL has no query") }
        bytes.reserveCapacity(query.count)
        var ends = InlineArray<4, Int>(repeating: 0)
        do throws(HTTPFault) {
            let parameters = QueryParameters(request.bytes.extracting(query))
            let places = try parameters.places(of: Self.names)
            for index in places.indices {
                if let place = places[index] { try parameters.decode(place, appendingTo: &bytes) }
                ends[index] = bytes.count
            }
        } catch {
            throw CallbackRefusal(.query, error.message)
        }
        signatureEnd = ends[0]
        timestampEnd = ends[1]
        nonceEnd = ends[2]
    }

    var timestamp: Span<UInt8> {
        @_lifetime(borrow self)
        borrowing get { bytes.span.extracting(signatureEnd..<timestampEnd) }
    }

    /// Of URL verifications only.
    var echo: [UInt8] { Array(bytes[nonceEnd...]) }

    /// What the signature is about.
    var signed: CallbackQuery {
        @_lifetime(borrow self)
        borrowing get {
            let bytes = bytes.span
            return CallbackQuery(
                signature: bytes.extracting(0..<signatureEnd), timestamp: bytes.extracting(signatureEnd..<timestampEnd),
                nonce: bytes.extracting(timestampEnd..<nonceEnd))
        }
    }
}
