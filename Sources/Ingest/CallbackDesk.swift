// Where callbacks of one source are taken: the part that differs between WeCom and instance providers.

import Codec
import Crypto
import Events
import HTTP
import Loop
import WeCom

/// The time at which a callback is judged.
struct CallbackMoment {
    let wallMilliseconds: Int64
    let loop: EventLoop

    var seconds: Int64 { wallMilliseconds / 1000 }
    var timestamp: Timestamp { Timestamp(milliseconds: wallMilliseconds) ?? .epoch }
}

/// What a callback came to.
struct TakenCallback {
    /// In order; empty when there is nothing to keep.
    let events: [Event]
    /// What makes the callback as a whole unrepeatable, if its sender signs.
    var signature: [UInt8]?
    /// The answer once they are kept.
    let answer: Response
}

protocol CallbackDesk: AnyObject {
    var name: String { get }
    var tenant: String { get }

    /// The bare plaintext that answers a GET.
    func answerVerification(
        _ request: Request, _ path: CallbackPath, _ now: CallbackMoment, _ scratch: inout CallbackScratch
    ) throws(CallbackRefusal) -> [UInt8]

    /// Authenticates and understands a POST. `observe` is told how long the former took.
    func take(
        _ request: Request, _ path: CallbackPath, _ now: CallbackMoment, _ scratch: inout CallbackScratch,
        observe: (Duration) -> Void
    ) throws(CallbackRefusal) -> TakenCallback
}

/// Working memory that the sources of a loop share: OpenSSL contexts cost more to make than to use.
struct CallbackScratch: ~Copyable {
    var cipher: EnvelopeCipher
    var sha256: SHA256

    /// Between the two parts of a seen key; neither contains it.
    private static let separator: [UInt8] = [0]

    init() throws(CryptoError) {
        let cipher = try EnvelopeCipher()
        let sha256 = try SHA256()
        self.cipher = cipher
        self.sha256 = sha256
    }

    /// The name under which Redis remembers an event: 128 bits of SHA-256 over source and dedupe key, since keys of vendors may
    /// be long and Redis keeps them for hours.
    mutating func seenKey(source: String, dedupe: Span<UInt8>) throws(CryptoError) -> String {
        sha256.restart()
        try sha256.update(source.utf8.span)
        try sha256.update(Self.separator.span)
        try sha256.update(dedupe)
        let digest = try sha256.finish()
        var hex: [UInt8] = []
        Hex.encode(digest.bytes.span.extracting(first: 16), appendingTo: &hex)
        return String(decoding: hex, as: UTF8.self)
    }
}
