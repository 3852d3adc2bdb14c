// What the fields of a head say about where the message ends and whether the connection goes on (RFC 9112 sections 6 and 9.3).
// Weir refuses whatever two parsers could read in two ways: that is how one request is smuggled inside another.

struct FramingFields: Equatable, Sendable {
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private var asksToClose = false
    private var asksToKeepAlive = false

    mutating func note(_ field: HeaderField, of bytes: Span<UInt8>) throws(HTTPFault) {
        switch field.known {
        case .contentLength:
            guard contentLength == nil else { throw .repeatedContentLength }
            contentLength = try Self.length(field.value, of: bytes)
            if isChunked { throw .lengthAndTransferEncoding }
        case .transferEncoding:
            guard !isChunked else { throw .repeatedTransferEncoding }
            try Self.requireChunked(field.value, of: bytes)
            isChunked = true
            if contentLength != nil { throw .lengthAndTransferEncoding }
        case .connection:
            var options = CommaList(field.value)
            while let option = try options.next(in: bytes, otherwise: .malformedConnection) {
                if bytes.equalsIgnoringCase("close", at: option) { asksToClose = true }
                if bytes.equalsIgnoringCase("keep-alive", at: option) { asksToKeepAlive = true }
            }
        default:
            break
        }
    }

    /// RFC 9112 section 9.3: 1.1 goes on unless told otherwise, 1.0 ends unless told otherwise.
    func keepsAlive(_ version: HTTPVersion) -> Bool {
        switch version {
        case .http11: !asksToClose
        case .http10: asksToKeepAlive && !asksToClose
        }
    }

    /// One run of digits: no sign, no list, no space, though some parsers would take each of them.
    private static func length(_ range: Range<Int>, of bytes: Span<UInt8>) throws(HTTPFault) -> Int {
        if range.isEmpty { throw .malformedContentLength }
        for index in range where !bytes[index].isDigit { throw .malformedContentLength }
        var length = 0
        for index in range {
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(bytes[index] &- UInt8(ascii: "0")))
            // Larger than any limit, so it is refused as too large and not as malformed.
            if overflow || carry { return .max }
            length = sum
        }
        return length
    }

    /// `chunked` and nothing else. Another coding is one Weir does not know; `chunked` twice or not last is a trick.
    private static func requireChunked(_ range: Range<Int>, of bytes: Span<UInt8>) throws(HTTPFault) {
        if bytes.equalsIgnoringCase("chunked", at: range) { return }
        var codings = CommaList(range)
        var sawChunked = false
        var sawOther = false
        while let coding = try codings.next(in: bytes, otherwise: .malformedTransferEncoding) {
            if sawChunked { throw .malformedTransferEncoding }
            if bytes.equalsIgnoringCase("chunked", at: coding) { sawChunked = true } else { sawOther = true }
        }
        throw sawOther ? .unknownTransferCoding : .malformedTransferEncoding
    }
}
