// Bytes that are borrowed, compared with others and turned into text for whoever is off the hot path.

import Codec

extension Span where Element == UInt8 {
    package func isEqual(to other: Span<UInt8>) -> Bool { ASCII.equal(self, other) }
}

extension String {
    /// Bytes that are not UTF-8 become U+FFFD.
    package init(copying bytes: Span<UInt8>) {
        if let utf8 = try? UTF8Span(validating: bytes) {
            self.init(copying: utf8)
        } else {
            self.init(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        }
    }
}
