import Testing

@testable import HTTP

@Suite struct WriterTests {
    let writer = ResponseWriter(secondsSinceEpoch: 784_111_777)

    func written(
        _ response: Response, answering method: HTTPMethod = .get, version: HTTPVersion = .http11,
        keepsAlive: Bool = true
    ) -> String {
        var output: [UInt8] = []
        writer.append(response, answering: method, version: version, keepsAlive: keepsAlive, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test("a response is a status line, the date, its length, its fields and its body")
    func response() {
        let response = Response(.ok, .json, Array("{}".utf8))
        #expect(
            written(response)
                == "HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 2\r\n"
                + "content-type: application/json\r\n\r\n{}")
    }

    @Test("the answer to HEAD has the length of the body but not the body")
    func head() {
        let text = written(Response(.ok, .plainText, Array("hello".utf8)), answering: .head)
        #expect(text.contains("content-length: 5\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test("204 and 304 have neither length nor body", arguments: [HTTPStatus.noContent, .notModified])
    func bodiless(status: HTTPStatus) {
        let text = written(Response(status, body: Array("hello".utf8)))
        #expect(!text.contains("content-length"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test("the Connection field says what the client's version does not imply")
    func connection() {
        #expect(!written(Response(.ok)).contains("connection"))
        #expect(written(Response(.ok), keepsAlive: false).contains("\r\nconnection: close\r\n"))
        #expect(written(Response(.ok), version: .http10).contains("\r\nconnection: keep-alive\r\n"))
        #expect(written(Response(.ok), version: .http10, keepsAlive: false).contains("\r\nconnection: close\r\n"))
    }

    @Test("the date moves with the time it is told")
    func advance() {
        var writer = writer
        writer.advance(to: 784_111_778)
        var output: [UInt8] = []
        writer.append(Response(.ok), answering: .get, version: .http11, keepsAlive: true, to: &output)
        #expect(String(decoding: output, as: UTF8.self).contains("08:49:38 GMT\r\n"))
    }

    @Test("what the writer writes, the parser reads", arguments: [0, 1, 9, 10, 12_345])
    func roundTrip(count: Int) {
        let text = written(Response(.ok, body: Array(repeating: 0x78, count: count)))
        let bytes = Array(text.utf8)
        var head = ResponseHead(answering: .get)
        #expect(head.parse(bytes.span, limits: HTTPLimits()) == .complete(consumed: bytes.count - count))
        #expect(head.body == (count == 0 ? .none : .length(count)))
    }

    @Test("100 Continue is a status line alone")
    func interim() {
        var output: [UInt8] = []
        ResponseWriter.appendContinue(to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    @Test(
        "a field that would end its line is not added",
        arguments: [
            ("X", "a\r\nSet-Cookie: b", FieldFault.invalidValue("X")), ("X", "a\nb", .invalidValue("X")),
            ("X", "a\rb", .invalidValue("X")), ("X", "a\0b", .invalidValue("X")), ("X", "\u{7f}", .invalidValue("X")),
            ("X: a\r\nY", "b", .invalidName("X: a\r\nY")), ("", "b", .invalidName("")), ("X ", "b", .invalidName("X ")),
            ("Content-Length", "5", .setByWriter("Content-Length")), ("host", "a", .setByWriter("host")),
            ("Transfer-Encoding", "chunked", .setByWriter("Transfer-Encoding")), ("Date", "x", .setByWriter("Date")),
        ])
    func injection(name: String, value: String, fault: FieldFault) {
        var fields = FieldBlock()
        #expect(throws: fault) { try fields.add(name, value) }
        #expect(fields.bytes.isEmpty)
        #expect(!fault.description.contains("\r"))
    }

    @Test("a request is its line, the host, its fields, its length and its body")
    func request() throws {
        let writer = try RequestWriter(.post, target: "/hooks?a=%20b", authority: "crm.example:8443")
        var fields = FieldBlock()
        try fields.add("webhook-id", "evt_1")
        fields.add(.json)
        var output: [UInt8] = []
        writer.append(fields, body: Array("{}".utf8), to: &output)
        let text = String(decoding: output, as: UTF8.self)
        #expect(
            text == "POST /hooks?a=%20b HTTP/1.1\r\nhost: crm.example:8443\r\nwebhook-id: evt_1\r\n"
                + "content-type: application/json\r\ncontent-length: 2\r\n\r\n{}")
        #expect(read(output).progress == .complete(consumed: output.count - 2))
    }

    @Test("a GET without a body has no length, a POST without one says zero")
    func emptyBodies() throws {
        var output: [UInt8] = []
        try RequestWriter(.get, target: "/", authority: "a").append(FieldBlock(), body: [], to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        output = []
        try RequestWriter(.post, target: "/", authority: "a").append(FieldBlock(), body: [], to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n")
    }

    @Test(
        "a request line that would be two is not made",
        arguments: [
            ("/a b", "h", FieldFault.invalidTarget), ("/a\r\nX: y", "h", .invalidTarget), ("a", "h", .invalidTarget),
            ("", "h", .invalidTarget), ("/a#b", "h", .invalidTarget), ("/\u{e4}", "h", .invalidTarget),
            ("/", "", .invalidAuthority), ("/", "h\r\nX: y", .invalidAuthority), ("/", "u@h", .invalidAuthority),
        ])
    func requestInjection(target: String, authority: String, fault: FieldFault) {
        #expect(throws: fault) { try RequestWriter(.get, target: target, authority: authority) }
    }

    @Test(
        "a time is written as RFC 9110 has it",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"), (.max, "Fri, 31 Dec 9999 23:59:59 GMT"),
            (.min, "Thu, 01 Jan 1970 00:00:00 GMT"),
        ])
    func dates(seconds: Int, text: String) {
        #expect(HTTPDate.text(secondsSinceEpoch: seconds) == text)
    }
}
