import Testing

@testable import HTTP

@Suite struct ResponseHeadTests {
    func parse(
        _ bytes: [UInt8], answering method: HTTPMethod = .post, cuts: [Int] = []
    ) -> (HeadProgress, ResponseHead) {
        var head = ResponseHead(answering: method)
        for cut in cuts {
            let progress = head.parse(bytes.span.extracting(0..<cut), limits: HTTPLimits())
            guard progress == .incomplete else { return (progress, head) }
        }
        return (head.parse(bytes.span, limits: HTTPLimits()), head)
    }

    func parse(_ sample: String, answering method: HTTPMethod = .post) -> (HeadProgress, ResponseHead) {
        parse(Array(sample.utf8), answering: method)
    }

    @Test(
        "the end of the body follows from method, status and fields (RFC 9112 section 6.3)",
        arguments: [
            (HTTPMethod.post, "200 OK", "Content-Length: 5", ResponseBody.length(5), true),
            (.post, "200 OK", "Content-Length: 0", .none, true),
            (.post, "200 OK", "Transfer-Encoding: chunked", .chunked, true),
            (.post, "200 OK", "X: y", .untilClose, false),
            (.post, "200 OK", "Content-Length: 5\r\nConnection: close", .length(5), false),
            (.head, "200 OK", "Content-Length: 5", .none, true),
            (.head, "200 OK", "Content-Length: 99999999999", .none, true),
            (.head, "200 OK", "Transfer-Encoding: chunked", .none, true),
            (.post, "204 No Content", "X: y", .none, true),
            (.get, "304 Not Modified", "Content-Length: 5", .none, true),
            (.post, "100 Continue", "X: y", .none, true),
            (.post, "500", "Content-Length: 2", .length(2), true),
            (.post, "404 ", "Content-Length: 2", .length(2), true),
            (.post, "599 Gr\u{fc}n, \ttab", "Content-Length: 2", .length(2), true),
        ])
    func framing(method: HTTPMethod, status: String, field: String, body: ResponseBody, keepsAlive: Bool) {
        let bytes = Array("HTTP/1.1 \(status)\r\n\(field)\r\n\r\n".utf8)
        let (progress, head) = parse(bytes, answering: method)
        #expect(progress == .complete(consumed: bytes.count))
        #expect(head.body == body)
        #expect(head.keepsAlive == keepsAlive)
        #expect(String(head.status.code) == status.prefix(3))
        for cut in bytes.indices {
            #expect(parse(Array(bytes[..<cut]), answering: method).0 == .incomplete)
            #expect(parse(bytes, answering: method, cuts: [cut]).1.body == body)
        }
        #expect(parse(bytes, answering: method, cuts: Array(bytes.indices)).0 == progress)
    }

    static let refused: [Refusal] = [
        Refusal("an empty line before the status", "\r\nHTTP/1.1 200 OK\r\n\r\n", .malformedStatusLine),
        Refusal("no status", "HTTP/1.1\r\n\r\n", .malformedStatusLine),
        Refusal("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", .malformedStatusLine),
        Refusal("a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", .malformedStatusLine),
        Refusal("a status under 100", "HTTP/1.1 099 OK\r\n\r\n", .malformedStatusLine),
        Refusal("a status over 599", "HTTP/1.1 600 OK\r\n\r\n", .malformedStatusLine),
        Refusal("two spaces before the status", "HTTP/1.1  200 OK\r\n\r\n", .malformedStatusLine),
        Refusal("a minus in the status", "HTTP/1.1 -20 OK\r\n\r\n", .malformedStatusLine),
        Refusal("a greeting of another protocol", "SSH-2.0-OpenSSH_9.2p1\r\n", .malformedStatusLine),
        Refusal("HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", .unsupportedVersion),
        Refusal("NUL in the reason", "HTTP/1.1 200 O\0K\r\n\r\n", .controlByte),
        Refusal("a bare CR in the reason", "HTTP/1.1 200 O\rK\r\n\r\n", .bareCarriageReturn),
        Refusal("a bare LF behind the status", "HTTP/1.1 200 OK\nX: y\r\n\r\n", .bareLineFeed),
        Refusal("a folded field", "HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n", .foldedField),
        Refusal("a space before the colon", "HTTP/1.1 200 OK\r\nX : y\r\n\r\n", .whitespaceInFieldName),
        Refusal(
            "length and encoding", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            .lengthAndTransferEncoding),
        Refusal(
            "two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", .repeatedContentLength),
        Refusal(
            "a coding nobody asked for", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .unknownTransferCoding),
        Refusal(
            "an encoding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            .transferEncodingInHTTP10),
        Refusal("a status line without end", String(repeating: "H", count: 17 << 10), .headTooLarge),
    ]

    @Test("every refusal names its offence and stays the same wherever the bytes are cut", arguments: refused)
    func refuses(_ refusal: Refusal) {
        let bytes = Array(refusal.request.utf8)
        #expect(parse(bytes).0 == .malformed(refusal.fault))
        #expect(parse(bytes, cuts: Array(bytes.indices)).0 == .malformed(refusal.fault))
    }

    @Test("a body over the limit is the client's to cut off: the status counts all the same")
    func longBody() {
        let (progress, head) = parse(Array("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n".utf8))
        #expect(progress == .complete(consumed: 45))
        #expect(head.body == .length(99_999_999))
    }

    @Test("an interim response is read, forgotten, and followed by the final one")
    func interim() {
        let interim = "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n"
        let bytes = Array((interim + "HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\n").utf8)
        var (progress, head) = parse(bytes)
        #expect(progress == .complete(consumed: interim.utf8.count))
        #expect(head.status.isInterim)
        head.reset()
        let rest = bytes.span.extracting(interim.utf8.count..<bytes.count)
        progress = head.parse(rest, limits: HTTPLimits())
        #expect(progress == .complete(consumed: rest.count))
        #expect(head.status == .created)
        #expect(head.headers.fields.count == 1)
        #expect(head.body == .length(1))
    }
}
