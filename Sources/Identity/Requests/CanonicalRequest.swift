// What an API key signs: every part of a request that says what is to be done, and when. One line each, so that none can be
// taken for another:
//
//     METHOD \n PATH \n QUERY \n TIMESTAMP \n NONCE \n hex of SHA-256 of the body
//
// Path and query as they stand in the request line, without the `?`; no line end after the last one.

import Codec
package import Crypto

package struct CanonicalRequest: ~Escapable {
    private let method: Span<UInt8>
    private let path: Span<UInt8>
    private let query: Span<UInt8>
    private let timestamp: Span<UInt8>
    private let nonce: Span<UInt8>
    private let body: Span<UInt8>

    @_lifetime(copy method, copy path, copy query, copy timestamp, copy nonce, copy body)
    package init(
        method: Span<UInt8>, path: Span<UInt8>, query: Span<UInt8>, timestamp: Span<UInt8>, nonce: Span<UInt8>,
        body: Span<UInt8>
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.timestamp = timestamp
        self.nonce = nonce
        self.body = body
    }

    package func signature(
        key: Span<UInt8>, using sha256: inout SHA256
    ) throws(CryptoError) -> Digest<32> {
        var text: [UInt8] = []
        text.reserveCapacity(method.count + path.count + query.count + timestamp.count + nonce.count + 70)
        text.append(copying: method)
        text.append(UInt8(ascii: "\n"))
        text.append(copying: path)
        text.append(UInt8(ascii: "\n"))
        text.append(copying: query)
        text.append(UInt8(ascii: "\n"))
        text.append(copying: timestamp)
        text.append(UInt8(ascii: "\n"))
        text.append(copying: nonce)
        text.append(UInt8(ascii: "\n"))
        Hex.encode(try sha256.digest(body).bytes.span, appendingTo: &text)
        var hmac = try HMACSHA256(key: key)
        return try hmac.authenticate(text.span)
    }
}
