// Where callbacks of one source are taken: the part that differs between WeCom and instance providers.

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

    /// Authenticates and understands a POST: its events are in `scratch.events` afterwards, in their order; none when there is
    /// nothing to keep. `observe` is told how long the former took.
    func take(
        _ request: Request, _ path: CallbackPath, _ now: CallbackMoment, _ scratch: inout CallbackScratch,
        observe: (Duration) -> Void
    ) throws(CallbackRefusal) -> TakenCallback
}

/// Working memory that the sources of a loop share, from one callback to the next: OpenSSL contexts cost more to make than to
/// use, and an array of a kilobyte or two costs malloc more than what most stages do with it.
struct CallbackScratch: ~Copyable {
    var cipher: EnvelopeCipher
    var sha256: SHA256
    /// Encrypt as received, and what it held.
    var encrypt: [UInt8] = []
    var plaintext: [UInt8] = []
    var document = DocumentMemory()
    /// What the callback at hand came to.
    var events: [Event] = []

    init() throws(CryptoError) {
        let cipher = try EnvelopeCipher()
        let sha256 = try SHA256()
        self.cipher = cipher
        self.sha256 = sha256
    }
}
