import Testing

@testable import HTTP

@Suite struct ProblemDocumentTests {
    @Test("a fault becomes a problem document with its stable code")
    func fault() {
        let response = ProblemDocument(.bareLineFeed).response
        #expect(response.status == .badRequest)
        #expect(String(decoding: response.fields.bytes, as: UTF8.self) == "content-type: application/problem+json\r\n")
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"title":"Bad Request","status":400,"code":"bare-line-feed","#
                + #""detail":"A line ends with LF alone; lines end with CR LF."}"#)
    }

    @Test("text from a stranger stays inside its string")
    func escapes() {
        let body = ProblemDocument(.notFound, code: "no-source", detail: "No \"x\"\r\n").response.body
        #expect(String(decoding: body, as: UTF8.self).hasSuffix(#""detail":"No \"x\"\r\n"}"#))
    }
}
