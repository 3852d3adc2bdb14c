// Small things the tests of this module share.

import Crypto
import Testing

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func bytes(hex: String) throws -> [UInt8] {
    let digits = Array(hex)
    return try stride(from: 0, to: digits.count, by: 2).map { index in
        try #require(UInt8(String(digits[index...(index + 1)]), radix: 16))
    }
}

/// A plain base64 decoder, so that the base of this module's tests does not depend on the code of another module.
func bytes(base64: String) throws -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var bits = 0
    var count = 0
    var result: [UInt8] = []
    for character in base64 where character != "=" {
        bits = bits << 6 | (try #require(alphabet.firstIndex(of: character)))
        count += 6
        if count >= 8 {
            count -= 8
            result.append(UInt8(bits >> count))
            bits &= (1 << count) - 1
        }
    }
    return result
}

// A span cannot be an argument inside #expect (it does not escape), so the tests compare through arrays.

func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    constantTimeEqual(left.span, right.span)
}

extension Digest {
    var array: [UInt8] { bytes.indices.map { bytes[$0] } }
}

extension SHA1 {
    mutating func digest(_ bytes: [UInt8]) throws(CryptoError) -> Digest<20> { try digest(bytes.span) }
}

extension SHA256 {
    mutating func digest(_ bytes: [UInt8]) throws(CryptoError) -> Digest<32> { try digest(bytes.span) }
}

extension HMACSHA256 {
    mutating func authenticate(_ bytes: [UInt8]) throws(CryptoError) -> Digest<32> { try authenticate(bytes.span) }
}

extension Bcrypt {
    static func verify(_ password: [UInt8], against hash: String) -> Bool { verify(password.span, against: hash) }

    static func hash(_ password: [UInt8], cost: Int, salt: InlineArray<16, UInt8>) throws(CryptoError) -> String {
        try hash(password.span, cost: cost, salt: salt)
    }
}
