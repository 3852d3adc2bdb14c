// The Authorization field of a request, read strictly: a bearer token, or the signature of an API key.
//
//     Authorization: Bearer TOKEN
//     Authorization: Weir-HMAC-SHA256 key=ID, timestamp=1700000000, nonce=…, signature=HEX

import Codec
package import Crypto

package enum AuthorizationField: Equatable, Sendable {
    /// Where the token stands.
    case bearer(Range<Int>)
    case signature(RequestSignature)

    package enum Fault: Error, Equatable, Sendable {
        /// Some other scheme, or none.
        case unknownScheme
        case malformed
        case repeatedParameter
        case unknownParameter
        case missingParameter
        case keyLength
        case nonceLength
        case badTimestamp
        case badSignatureText
    }
}

/// What a request says about its signature; nothing of it is believed yet. Ranges are places in the field's value.
package struct RequestSignature: Equatable, Sendable {
    package let key: Range<Int>
    package let timestampText: Range<Int>
    /// Seconds since 1970.
    package let timestamp: Int64
    package let nonce: Range<Int>
    package let signature: Digest<32>

    package static let scheme = "Weir-HMAC-SHA256"
    package static let keyCounts = 1...64
    /// Short ones would meet by chance within the window in which they must not.
    package static let nonceCounts = 8...128
}

extension AuthorizationField {
    package init(_ value: Span<UInt8>) throws(Fault) {
        var end = 0
        while end < value.count, value[end] != UInt8(ascii: " ") { end += 1 }
        var rest = end
        while rest < value.count, value[rest] == UInt8(ascii: " ") { rest += 1 }
        let scheme = value.extracting(..<end)
        if ASCII.equalIgnoringCase(scheme, "bearer".utf8.span) {
            guard rest < value.count else { throw .malformed }
            guard value.firstIndex(from: rest, where: { $0.isNotOfToken }) == value.count else { throw .malformed }
            self = .bearer(rest..<value.count)
        } else if ASCII.equalIgnoringCase(scheme, RequestSignature.scheme.utf8.span) {
            self = .signature(try RequestSignature(value, from: rest))
        } else {
            throw .unknownScheme
        }
    }
}

extension ByteBlock {
    /// What is neither a character of base64url nor the point between the parts of a token.
    @inline(__always)
    fileprivate var isNotOfToken: ByteFlags {
        let letters = ((self | 0x20) &- UInt8(ascii: "a")).isBelow(26) .& .!isNotASCII
        let digits = (self &- UInt8(ascii: "0")).isBelow(10)
        return
            .!(letters .| digits .| equals(UInt8(ascii: "-")) .| equals(UInt8(ascii: "_")) .| equals(UInt8(ascii: ".")))
    }
}

extension RequestSignature {
    /// Parameters in any order, each once, with commas and perhaps white space between them.
    fileprivate init(_ value: Span<UInt8>, from start: Int) throws(AuthorizationField.Fault) {
        var (key, timestamp, nonce, signature) = (
            Range<Int>?.none, Range<Int>?.none, Range<Int>?.none, Range<Int>?.none
        )
        func put(_ range: Range<Int>, _ place: inout Range<Int>?) throws(AuthorizationField.Fault) {
            guard place == nil else { throw .repeatedParameter }
            place = range
        }
        var index = start
        while true {
            let name = Self.word(value, from: &index)
            guard !name.isEmpty, index < value.count, value[index] == UInt8(ascii: "=") else { throw .malformed }
            index += 1
            let text = Self.word(value, from: &index)
            guard !text.isEmpty else { throw .malformed }
            if ASCII.equal(value.extracting(name), "key".utf8.span) {
                try put(text, &key)
            } else if ASCII.equal(value.extracting(name), "timestamp".utf8.span) {
                try put(text, &timestamp)
            } else if ASCII.equal(value.extracting(name), "nonce".utf8.span) {
                try put(text, &nonce)
            } else if ASCII.equal(value.extracting(name), "signature".utf8.span) {
                try put(text, &signature)
            } else {
                throw .unknownParameter
            }
            Self.skipSpace(value, &index)
            if index == value.count { break }
            guard value[index] == UInt8(ascii: ",") else { throw .malformed }
            index += 1
            Self.skipSpace(value, &index)
        }
        guard let key, let timestamp, let nonce, let signature else { throw .missingParameter }
        guard Self.keyCounts.contains(key.count) else { throw .keyLength }
        guard Self.nonceCounts.contains(nonce.count) else { throw .nonceLength }
        guard timestamp.count <= 12, let seconds = ASCII.decimal(value.extracting(timestamp)), seconds >= 0 else {
            throw .badTimestamp
        }
        var bytes: [UInt8] = []
        guard signature.count == 64, (try? Hex.decode(value.extracting(signature), appendingTo: &bytes)) != nil else {
            throw .badSignatureText
        }
        self.key = key
        timestampText = timestamp
        self.timestamp = seconds
        self.nonce = nonce
        self.signature = Digest(InlineArray { bytes[$0] })
    }

    /// A run of characters that need no quotes and no escapes anywhere.
    private static func word(_ value: Span<UInt8>, from index: inout Int) -> Range<Int> {
        let start = index
        while index < value.count {
            switch value[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                index += 1
            default: return start..<index
            }
        }
        return start..<index
    }

    private static func skipSpace(_ value: Span<UInt8>, _ index: inout Int) {
        while index < value.count, value[index] == UInt8(ascii: " ") || value[index] == UInt8(ascii: "\t") {
            index += 1
        }
    }
}
