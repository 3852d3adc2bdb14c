// msg_signature: SHA-1 over token, timestamp, nonce and Encrypt, sorted by their bytes and joined, as 40 lower-case
// hexadecimal digits (WECOM.md 1.4). It is the only thing that stands between a stranger and the key.

import Codec
package import Crypto

package struct CallbackSignature: Sendable {
    package static let digitCount = 40

    package let digits: InlineArray<40, UInt8>

    init(_ digest: Digest<20>) {
        var digits = InlineArray<40, UInt8>(repeating: 0)
        for index in digest.bytes.indices {
            digits[2 &* index] = Hex.digit(digest.bytes[index] >> 4)
            digits[2 &* index &+ 1] = Hex.digit(digest.bytes[index] & 0x0f)
        }
        self.digits = digits
    }

    package init(
        token: Span<UInt8>, timestamp: Span<UInt8>, nonce: Span<UInt8>, encrypt: Span<UInt8>,
        using sha1: inout SHA1
    ) throws(CryptoError) {
        let parts = Parts(token: token, timestamp: timestamp, nonce: nonce, encrypt: encrypt)
        let order = parts.order()
        sha1.restart()
        for index in 0..<4 { try sha1.update(parts[order[index]]) }
        self.init(try sha1.finish())
    }

    package func matches(_ received: Span<UInt8>) -> Bool {
        constantTimeEqual(digits.span, received)
    }
}

extension CallbackSignature: CustomStringConvertible {
    package var description: String { String(decoding: digits.indices.map { digits[$0] }, as: UTF8.self) }
}

/// The four signed texts, so that they can be put in order without copying them.
private struct Parts: ~Escapable {
    let token: Span<UInt8>
    let timestamp: Span<UInt8>
    let nonce: Span<UInt8>
    let encrypt: Span<UInt8>

    @_lifetime(copy token, copy timestamp, copy nonce, copy encrypt)
    init(token: Span<UInt8>, timestamp: Span<UInt8>, nonce: Span<UInt8>, encrypt: Span<UInt8>) {
        self.token = token
        self.timestamp = timestamp
        self.nonce = nonce
        self.encrypt = encrypt
    }

    subscript(index: Int) -> Span<UInt8> {
        @_lifetime(copy self)
        get {
            switch index {
            case 0: token
            case 1: timestamp
            case 2: nonce
            default: encrypt
            }
        }
    }

    /// Insertion sort: four items, which mostly differ in their first byte.
    func order() -> InlineArray<4, Int> {
        var order: InlineArray<4, Int> = [0, 1, 2, 3]
        for index in 1..<4 {
            var position = index
            while position > 0, precedes(self[order[position]], self[order[position - 1]]) {
                order.swapAt(position, position - 1)
                position -= 1
            }
        }
        return order
    }

    private func precedes(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return left[index] < right[index]
        }
        return left.count < right.count
    }
}
