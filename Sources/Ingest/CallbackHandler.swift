// Answers `GET|POST /callback/{source}`: the public listener's only job.
//
//   source? ─▶ authenticate / open ─▶ normalise ─▶ append (dedupe, fsync) ─▶ 200
//
// Whatever is wrong with a callback, its sender gets one and the same refusal, for each difference would tell a stranger
// something about the keys. What is wrong stands in the log and in `weir_callback_refusals_total`.

import Codec
package import Crypto
import Events
package import Gateway
package import HTTP
package import Limits
import Loop
import Redis
package import Telemetry
import WeCom

/// Belongs to one loop.
package final class CallbackHandler: RequestHandler {
    private let appender: EventAppender
    private let limiter: CallbackLimiter
    private let metrics: IngestMetrics
    private let log: Logger
    private var loop: EventLoop { appender.loop }
    private var desks: [String: any CallbackDesk]
    private var scratch: CallbackScratch
    private var ids = EventIDGenerator()
    private var random: RandomSource
    private var allowance = LogAllowance(perSecond: 20)

    package init(
        sources: [CallbackSource], appender: EventAppender, limiter: CallbackLimiter, random: RandomSource, log: Logger,
        metrics: IngestMetrics
    ) throws(CryptoError) {
        self.appender = appender
        self.limiter = limiter
        self.random = random
        self.log = log
        self.metrics = metrics
        scratch = try CallbackScratch()
        desks = try Self.desks(sources)
    }

    /// At a reload.
    package func replace(
        sources: [CallbackSource], settings: CallbackSettings, quotas: QuotaTable
    ) throws(CryptoError) {
        desks = try Self.desks(sources)
        appender.settings = settings
        limiter.quotas = quotas
    }

    private static func desks(_ sources: [CallbackSource]) throws(CryptoError) -> [String: any CallbackDesk] {
        var desks: [String: any CallbackDesk] = [:]
        for source in sources {
            switch source.kind {
            case .wecom(let settings): desks[source.name] = WeComDesk(source, settings)
            case .instance(let settings): desks[source.name] = try InstanceDesk(source, settings)
            }
        }
        return desks
    }

    package func respond(to request: Request) async -> Response {
        guard let path = CallbackPath(request.path) else {
            return Response(.notFound, .plainText, Array("not found\n".utf8))
        }
        // The same for every source, so it tells nothing about any.
        guard [.get, .head, .post].contains(request.head.method) else { return Self.methodNotAllowed }
        do throws(CallbackRefusal) {
            guard let desk = desks[path.source] else {
                throw CallbackRefusal(.source, "no source of this name is configured")
            }
            let response: Response
            switch request.head.method {
            case .post: response = try await take(request, path, at: desk)
            default: response = try verify(request, path, at: desk)
            }
            let elapsed = loop.now - request.receivedAt
            metrics.seconds.observe(elapsed)
            if elapsed > appender.settings.deadline { metrics.late.increment() }
            return response
        } catch {
            metrics.callbacks[.refused].increment()
            metrics.refusals[error.reason].increment()
            tell(error, path, request)
            return Self.refusal
        }
    }

    /// In a task of its own, which runs when this one waits again: after the answer, so that the time it takes to say what was
    /// wrong cannot be measured in it.
    private func tell(_ refusal: CallbackRefusal, _ path: CallbackPath, _ request: Request) {
        guard let withheld = allowance.admit(at: loop.now) else { return }
        // Not the request itself: it shares the connection's buffer, which would be copied at the next read.
        let peer = request.peer
        loop.spawn { [log] in
            log.warning(
                "refused a callback",
                [
                    // As much of a stranger's words as a configured name could have.
                    "source": String(path.source.prefix(64)), "peer": "\(peer)", "reason": refusal.reason.rawValue,
                    "detail": refusal.detail, "withheld": withheld,
                ])
        }
    }

    private static let methodNotAllowed: Response = {
        var fields = FieldBlock()
        fields.add(.plainText)
        fields.add(allow: MethodSet(.get).union(MethodSet(.head)).union(MethodSet(.post)))
        return Response(.methodNotAllowed, fields: fields, body: Array("GET or POST\n".utf8))
    }()

    /// The one answer to everything that is wrong.
    private static let refusal = Response(.forbidden, .plainText, Array("refused\n".utf8))

    private func verify(
        _ request: Request, _ path: CallbackPath, at desk: any CallbackDesk
    ) throws(CallbackRefusal) -> Response {
        let plaintext = try desk.answerVerification(request, path, moment, &scratch)
        metrics.callbacks[.verified].increment()
        log.info("answered a URL verification", ["source": path.source, "peer": "\(request.peer)"])
        return Response(.ok, .plainText, plaintext)
    }

    /// A callback understood: all that is held of it while Redis works.
    private struct Intake {
        var pending: [PendingEvent]
        let count: Int
        let nonce: String?
        let partition: Partition
        let answer: Response
        let startedAt: Instant

        mutating func takePending() -> [PendingEvent] {
            defer { pending = [] }
            return pending
        }
    }

    private func take(
        _ request: Request, _ path: CallbackPath, at desk: any CallbackDesk
    ) async throws(CallbackRefusal) -> Response {
        var intake = try understand(request, path, at: desk, &scratch)
        guard intake.count > 0 else { return intake.answer }
        // Behind the proof that it is genuine, or a stranger could use up a tenant's callbacks, and tell a name that exists from
        // one that does not. What is saved is the dear part: the append, and all that follows from it.
        if let seconds = await limiter.refuse(desk.tenant) {
            metrics.callbacks[.limited].increment()
            return Self.limited(retryAfterSeconds: seconds)
        }
        do {
            FaultPoint.callbackOpened.pass()
            let added = try await appender.append(
                intake.takePending(), nonce: intake.nonce, to: intake.partition)
            FaultPoint.callbackAppended.pass()
            metrics.appendSeconds.observe(loop.now - intake.startedAt)
            metrics.events.increment(by: added)
            metrics.duplicates.increment(by: intake.count - added)
            (added > 0 ? metrics.accepted : metrics.duplicate).increment()
            return intake.answer
        } catch {
            metrics.callbacks[.unavailable].increment()
            log.error(
                "a callback could not be kept; its sender is asked to repeat it",
                ["source": path.source, "error": "\(error)"])
            return Self.unavailable
        }
    }

    private func understand(
        _ request: Request, _ path: CallbackPath, at desk: any CallbackDesk, _ scratch: inout CallbackScratch
    ) throws(CallbackRefusal) -> Intake {
        let taken = try desk.take(request, path, moment, &scratch, observe: metrics.openSeconds.observe)
        let started = loop.preciseNow()
        var pending: [PendingEvent] = []
        pending.reserveCapacity(scratch.events.count)
        let nonce: String?
        do throws(CryptoError) {
            for index in scratch.events.indices {
                complete(&scratch.events[index])
                pending.append(try pend(scratch.events[index], desk, &scratch.sha256))
            }
            nonce = try taken.signature.map { (signature) throws(CryptoError) in
                try Self.seenKey(desk.name, (Array("signature:".utf8) + signature).span, &scratch.sha256)
            }
        } catch {
            throw CallbackRefusal(.digest, "\(error)")
        }
        metrics.normaliseSeconds.observe(loop.preciseNow() - started)
        return Intake(
            pending: pending, count: pending.count, nonce: nonce,
            partition: Self.partition(of: scratch.events.first, desk.tenant),
            answer: taken.answer, startedAt: started)
    }

    private var moment: CallbackMoment { CallbackMoment(wallMilliseconds: loop.wallMilliseconds, loop: loop) }

    private static func partition(of event: Event?, _ tenant: String) -> Partition {
        guard let event, let account = event.value(of: .account) else {
            return Partition(tenant: tenant, account: Span())
        }
        return Partition(tenant: tenant, account: account)
    }

    private func complete(_ event: inout Event) {
        event.set(.id, to: ids.next(at: Timestamp(milliseconds: loop.wallMilliseconds) ?? .epoch, using: &random))
        if event.type == .unknown { metrics.unknown.increment() }
    }

    private func pend(
        _ event: borrowing Event, _ desk: any CallbackDesk, _ sha256: inout SHA256
    ) throws(CryptoError) -> PendingEvent {
        var record = loop.takeBytes()
        // Twice the raw document, which the content repeats in part, and the names of the fields.
        record.reserveCapacity(512 + 2 * (event.value(of: .raw)?.count ?? 0))
        event.append(jsonTo: &record)
        guard let dedupe = event.value(of: .dedupe) else { preconditionFailure("every normaliser gives a dedupe key") }
        return PendingEvent(dedupe: try Self.seenKey(desk.name, dedupe, &sha256), record: record)
    }

    /// Between the two parts of a seen key; neither contains it.
    private static let separator: [UInt8] = [0]

    /// The name under which Redis remembers an event: 128 bits of SHA-256 over source and dedupe key, since keys of vendors may
    /// be long and Redis keeps them for hours.
    private static func seenKey(
        _ source: String, _ dedupe: Span<UInt8>, _ sha256: inout SHA256
    ) throws(CryptoError) -> String {
        sha256.restart()
        try sha256.update(source.utf8.span)
        try sha256.update(separator.span)
        try sha256.update(dedupe)
        let digest = try sha256.finish()
        var hex: [UInt8] = []
        Hex.encode(digest.bytes.span.extracting(first: 16), appendingTo: &hex)
        return String(decoding: hex, as: UTF8.self)
    }

    /// The tenant has more callbacks than its quota lets in. WeCom repeats what it got no 200 for, as it does after a 503.
    private static func limited(retryAfterSeconds seconds: Int) -> Response {
        var fields = FieldBlock()
        fields.add(.plainText)
        fields.add(.retryAfter, seconds: seconds)
        return Response(.tooManyRequests, fields: fields, body: Array("too many callbacks of this tenant\n".utf8))
    }

    /// Not a refusal: the callback is fine, and its sender shall repeat it.
    private static let unavailable: Response = {
        var fields = FieldBlock()
        fields.add(.plainText)
        fields.add(.retryAfter, seconds: 1)
        return Response(.serviceUnavailable, fields: fields, body: Array("try again\n".utf8))
    }()
}

/// `/callback/{source}` or `/callback/{source}/{token}`; a slash at the end changes nothing (WECOM.md, trap 41).
struct CallbackPath {
    let source: String
    let token: String?

    init?(_ path: String) {
        guard path.hasPrefix(CallbackSource.pathPrefix) else { return nil }
        var rest = path.utf8.dropFirst(CallbackSource.pathPrefix.utf8.count)
        if rest.count > 1, rest.last == UInt8(ascii: "/") { rest.removeLast() }
        let slash = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        guard slash > rest.startIndex, let source = String(rest[..<slash]) else { return nil }
        self.source = source
        guard slash < rest.endIndex else {
            token = nil
            return
        }
        let second = rest[rest.index(after: slash)...]
        guard !second.contains(UInt8(ascii: "/")), let token = String(second) else { return nil }
        self.token = token
    }
}
