// Comparison of secrets and signatures. The time depends on the length only, so an attacker who measures answers cannot
// guess byte by byte. OpenSSL's loop is used because a compiler may not shorten what it cannot see.

import COpenSSL

/// Whether both hold the same bytes. Lengths are public: a signature's length is in its specification.
package func constantTimeEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    guard !left.isEmpty else { return true }
    return unsafe left.withUnsafeBufferPointer { left in
        unsafe right.withUnsafeBufferPointer { right in
            unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
        }
    }
}
