import Testing

@testable import HTTP

@Suite struct RequestHeadTests {
    @Test("a request is read into offsets: method, path, query, host, fields")
    func reads() {
        let head = read(
            "POST /a/b?c=d HTTP/1.1\r\nHost: x.example:80\r\nX-One:  two \r\nContent-Length: 12\r\n\r\nbody")
        #expect(head.progress == .complete(consumed: 84 - 4))
        #expect(head.method == .post)
        #expect(head.path == "/a/b")
        #expect(head.query == "c=d")
        #expect(head.authority == "x.example:80")
        #expect(head.fields == ["Host=x.example:80", "X-One=two", "Content-Length=12"])
        #expect(head.body == .length(12))
        #expect(head.keepsAlive)
        #expect(!head.expectsContinue)
    }

    @Test("every refusal names its offence and stays the same wherever the bytes are cut", arguments: Samples.refused)
    func refuses(_ refusal: Refusal) {
        let bytes = Array(refusal.request.utf8)
        #expect(read(bytes).progress == .malformed(refusal.fault))
        #expect(read(bytes, cuts: Array(0..<bytes.count)).progress == .malformed(refusal.fault))
        // In a long sample, cuts around the places where something happens are enough.
        let cuts = bytes.count < 1000 ? Array(0...bytes.count) : [1, 100, bytes.count - 1]
        for cut in cuts { #expect(read(bytes, cuts: [cut]).progress == .malformed(refusal.fault)) }
    }

    @Test("each fault of a request head has a sample that causes it")
    func samplesAreComplete() {
        let elsewhere: Set<HTTPFault> = [
            .malformedStatusLine, .malformedChunkSize, .malformedChunkExtension, .chunkLineTooLong, .unterminatedChunk,
            .excessiveChunkFraming, .trailerTooLarge, .forbiddenTrailer, .repeatedParameter,
        ]
        #expect(Set(Samples.refused.map(\.fault)).union(elsewhere) == Set(HTTPFault.allCases))
    }

    @Test("every cut of a good request is incomplete, and two feeds give what one gives", arguments: Samples.accepted)
    func cuts(_ sample: String) {
        let bytes = Array(sample.utf8)
        let whole = read(bytes)
        #expect(whole.progress == .complete(consumed: bytes.count))
        for cut in bytes.indices {
            #expect(read(Array(bytes[..<cut])).progress == .incomplete)
            #expect(read(bytes, cuts: [cut]) == whole)
        }
        #expect(read(bytes, cuts: Array(bytes.indices)) == whole)
    }

    @Test("a head that was reset reads the next request as a new one does")
    func reset() {
        var head = RequestHead()
        for (index, sample) in (Samples.accepted + Samples.refused.map(\.request) + Samples.accepted).enumerated() {
            let bytes = Array(sample.utf8)
            head.reset()
            let progress = head.parse(bytes.span, limits: HTTPLimits())
            let fresh = read(bytes)
            #expect(progress == fresh.progress, "sample \(index)")
            guard case .complete = progress else { continue }
            #expect(head.body == fresh.body)
            #expect(head.headers.fields.count == fresh.fields.count)
            #expect(head.keepsAlive == fresh.keepsAlive)
            #expect(head.expectsContinue == fresh.expectsContinue)
            #expect(head.authority.map { text(bytes, $0) } == fresh.authority)
        }
    }

    @Test("a verdict stands: bytes behind a refused line are not read")
    func verdictStands() {
        let bytes = Array("GET / HTTP/1.1\r\nHost : a\r\nHost: a\r\n\r\n".utf8)
        var head = RequestHead()
        #expect(head.parse(bytes.span, limits: HTTPLimits()) == .malformed(.whitespaceInFieldName))
        #expect(head.parse(bytes.span, limits: HTTPLimits()) == .malformed(.whitespaceInFieldName))
    }

    @Test("what follows a head is left for the body")
    func leavesTheRest() {
        let first = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
        let second = "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
        #expect(read(first + second).progress == .complete(consumed: first.utf8.count))
        #expect(read(first + "\n\0garbage").progress == .complete(consumed: first.utf8.count))
    }

    @Test("an absolute target names the host, whatever the Host field says")
    func absoluteForm() {
        let head = read("GET HTTP://B.example:81?q HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(head.authority == "B.example:81")
        #expect(head.path == "")
        #expect(head.query == "q")
    }

    @Test("the limits are the last that is read")
    func limits() {
        let head = "GET /12345 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"
        var limits = HTTPLimits(headBytes: head.utf8.count, targetBytes: 6, fieldCount: 2, bodyBytes: 9)
        #expect(read(head, limits: limits).progress == .complete(consumed: head.utf8.count))
        limits.bodyBytes = 8
        #expect(read(head, limits: limits).progress == .malformed(.contentTooLarge))
        limits.fieldCount = 1
        #expect(read(head, limits: limits).progress == .malformed(.tooManyFields))
        limits.targetBytes = 5
        #expect(read(head, limits: limits).progress == .malformed(.targetTooLong))
        limits = HTTPLimits(headBytes: head.utf8.count - 1)
        #expect(read(head, limits: limits).progress == .malformed(.headTooLarge))
        #expect(read(head, cuts: Array(0..<head.utf8.count), limits: limits).progress == .malformed(.headTooLarge))
    }

    @Test(
        "the connection goes on as the version and the Connection field say",
        arguments: [
            ("HTTP/1.1", "X: y", true), ("HTTP/1.1", "Connection: close", false), ("HTTP/1.0", "X: y", false),
            ("HTTP/1.1", "Connection: keep-alive, CLOSE", false), ("HTTP/1.0", "Connection: keep-alive", true),
            ("HTTP/1.0", "Connection: keep-alive\r\nConnection: close", false),
            ("HTTP/1.1", "Connection: closed", true),
        ])
    func keepsAlive(version: String, field: String, expected: Bool) {
        #expect(read("GET / \(version)\r\nHost: a\r\n\(field)\r\n\r\n").keepsAlive == expected)
    }

    @Test("100 Continue is expected only in 1.1 and only with a body")
    func expectation() {
        let fields = "Host: a\r\nExpect: 100-Continue\r\n"
        #expect(read("POST / HTTP/1.1\r\n\(fields)Content-Length: 1\r\n\r\n").expectsContinue)
        #expect(read("POST / HTTP/1.1\r\n\(fields)Transfer-Encoding: chunked\r\n\r\n").expectsContinue)
        #expect(!read("POST / HTTP/1.1\r\n\(fields)Content-Length: 0\r\n\r\n").expectsContinue)
        #expect(!read("POST / HTTP/1.0\r\n\(fields)Content-Length: 1\r\n\r\n").expectsContinue)
    }

    @Test("a field is found by its known name and by its spelling, in any case")
    func lookup() {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX-SECRET: s\r\nuser-AGENT: u\r\nX-Secret: t\r\n\r\n".utf8)
        var head = RequestHead()
        #expect(head.parse(bytes.span, limits: HTTPLimits()) == .complete(consumed: bytes.count))
        #expect(head.headers.first(.userAgent).map { text(bytes, $0) } == "u")
        #expect(head.headers.first(named: "x-secret", in: bytes.span).map { text(bytes, $0) } == "s")
        #expect(head.headers.first(named: "x-secre", in: bytes.span) == nil)
        #expect(head.headers.first(.contentType) == nil)
    }

    @Test("every known field name is recognised, in any case, and no other is", arguments: FieldName.allCases)
    func knownNames(_ name: FieldName) {
        guard name != .other else { return }
        for spelling in [name.text, name.text.uppercased()] {
            let bytes = Array(spelling.utf8)
            #expect(FieldName(bytes.indices, of: bytes.span) == name)
        }
        var bytes = Array(name.text.utf8)
        bytes[bytes.count - 1] ^= 1
        #expect(FieldName(bytes.indices, of: bytes.span) == .other)
    }

    @Test("every method is recognised by its name, and only in capitals", arguments: HTTPMethod.allCases)
    func methods(_ method: HTTPMethod) {
        guard method != .other else { return }
        let bytes = Array(method.name.utf8)
        #expect(HTTPMethod(bytes.indices, of: bytes.span) == method)
        let small = Array(method.name.lowercased().utf8)
        #expect(HTTPMethod(small.indices, of: small.span) == .other)
    }
}
