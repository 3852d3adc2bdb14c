// A key that access tokens are signed with. Its header is written once: a token is Weir's only if its header is, byte for byte,
// that of a known key, so no token ever says which algorithm it is checked with.

import Codec
package import Telemetry

package struct SigningKey: Sendable {
    package static let secretSize = 32

    package let id: String
    package let secret: Masked<[UInt8]>
    /// Milliseconds since 1970. Every process must know a key before the first token under it.
    package let signsFrom: Int64
    /// In base64url, as it opens a token.
    let header: [UInt8]

    package init(id: String, secret: [UInt8], signsFrom: Int64) {
        var json = JSONWriter()
        json.beginObject()
        json.key("alg")
        json.string("HS256")
        json.key("typ")
        json.string("at+jwt")
        json.key("kid")
        json.string(id)
        json.endObject()
        self.init(id: id, secret: secret, signsFrom: signsFrom, header: json.bytes)
    }

    /// With the header of somebody else, for known answers.
    init(id: String, secret: [UInt8], signsFrom: Int64, header: [UInt8]) {
        self.id = id
        self.secret = Masked(secret)
        self.signsFrom = signsFrom
        var encoded: [UInt8] = []
        Base64.encode(header.span, appendingTo: &encoded, options: [.urlSafe, .unpadded])
        self.header = encoded
    }
}
