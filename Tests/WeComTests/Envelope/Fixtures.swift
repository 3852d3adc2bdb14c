// Small things the envelope tests share.

import Crypto
import Testing

@testable import WeCom

/// One callback as it arrives, in arrays, so that a test can spoil any part of it.
struct Arrival: Sendable {
    var encrypt: [UInt8]
    var signature: [UInt8]
    var timestamp: [UInt8]
    var nonce: [UInt8]

    init(_ sealed: SealedEnvelope) {
        encrypt = sealed.encrypt
        signature = Array(sealed.signature.description.utf8)
        timestamp = sealed.timestamp
        nonce = sealed.nonce
    }

    init(_ sample: Vectors.Sample) throws {
        encrypt = Array(sample.encrypt.utf8)
        signature = Array((sample.msgSignature ?? "").utf8)
        timestamp = Array((sample.timestamp ?? "").utf8)
        nonce = Array((sample.nonce ?? "").utf8)
        if sample.msgSignature == nil { try sign(token: sample.token) }
    }

    mutating func sign(token: String) throws {
        var sha1 = try SHA1()
        let signature = try CallbackSignature(
            token: Array(token.utf8).span, timestamp: timestamp.span, nonce: nonce.span, encrypt: encrypt.span,
            using: &sha1)
        self.signature = Array(signature.description.utf8)
    }

    func open(with credentials: CallbackCredentials) throws -> OpenedEnvelope {
        var cipher = try EnvelopeCipher()
        let query = CallbackQuery(signature: signature.span, timestamp: timestamp.span, nonce: nonce.span)
        return try cipher.open(encrypt.span, query, with: credentials)
    }

    /// The fault it is refused with, if it is.
    func fault(with credentials: CallbackCredentials) throws -> EnvelopeFault? {
        do {
            _ = try open(with: credentials)
            return nil
        } catch let fault as EnvelopeFault {
            return fault
        }
    }
}

/// Encrypts a plaintext that need not be well-formed, and signs it.
func arrival(plaintext: [UInt8], pair: CallbackCredentials.Pair, token: String) throws -> Arrival {
    var aes = try AES256CBC()
    var bytes = plaintext
    var span = bytes.mutableSpan
    try aes.encrypt(inPlace: &span, key: pair.key.key, initialVector: pair.key.initialVector)
    var arrival = Arrival(
        SealedEnvelope(
            encrypt: base64(bytes), signature: CallbackSignature(Digest(InlineArray(repeating: 0))),
            timestamp: Array("1700000000".utf8), nonce: Array("n".utf8)))
    try arrival.sign(token: token)
    return arrival
}

/// The naive twin of the codec's encoder.
func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        var bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        var four: [UInt8] = []
        for _ in 0..<4 {
            four.insert(alphabet[bits & 63], at: 0)
            bits >>= 6
        }
        for index in 0..<(3 - group.count) { four[3 - index] = UInt8(ascii: "=") }
        text += four
    }
    return text
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func equal<let count: Int>(_ left: InlineArray<count, UInt8>, _ right: InlineArray<count, UInt8>) -> Bool {
    left.indices.allSatisfy { left[$0] == right[$0] }
}

let sampleToken = "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo"
let sampleKey = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"
let otherKey = "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws"

func samplePair(token: String = sampleToken, key: String = sampleKey) throws -> CallbackCredentials.Pair {
    CallbackCredentials.Pair(token: token, key: try EncodingAESKey(key))
}

func sealed(
    _ message: [UInt8], receiveID: String = "ww1436e0e65a779aee", pair: CallbackCredentials.Pair, seed: UInt64 = 1
) throws -> Arrival {
    var cipher = try EnvelopeCipher()
    var random = RandomSource.seeded(seed)
    return Arrival(
        try cipher.seal(
            message, receiveID: Array(receiveID.utf8), with: pair, timestamp: 1_700_000_000, nonce: Array("n0".utf8),
            random: random.bytes()))
}
