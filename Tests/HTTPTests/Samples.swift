// Requests that must be read, and requests that must be refused: each of those named after its offence.

import Testing

@testable import HTTP

struct Refusal: Sendable, CustomTestStringConvertible {
    let offence: String
    let request: String
    let fault: HTTPFault

    init(_ offence: String, _ request: String, _ fault: HTTPFault) {
        self.offence = offence
        self.request = request
        self.fault = fault
    }

    var testDescription: String { offence }

    /// In a request that is right apart from these field lines.
    static func field(_ offence: String, _ lines: String, _ fault: HTTPFault) -> Refusal {
        Refusal(offence, "POST / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n", fault)
    }

    static func target(_ offence: String, _ target: String, _ fault: HTTPFault) -> Refusal {
        Refusal(offence, "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", fault)
    }

    static func host(_ offence: String, _ host: String) -> Refusal {
        Refusal(offence, "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n", .invalidHost)
    }
}

enum Samples {
    static let accepted = [
        "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
        "GET /callback/demo?msg_signature=ab&echostr=P9nAzCzyDtyTWESHep1vC5X9+%3D HTTP/1.1\r\nHost: a:8443\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: [::1]:80\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
        "POST /a HTTP/1.1\r\nhost:a\r\nTransfer-Encoding: \t chunked \t\r\nX-Empty:\r\n\r\n",
        "PUT http://other.example/a?b HTTP/1.1\r\nHost: a\r\nConnection: , close ,Upgrade\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nX-Opaque: \u{e4}\u{f6}\ttab\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
        "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    static let refused =
        startLines + targets + bytes + fields + hosts + lengths + encodings
        + [
            .field("an expectation nobody knows", "Expect: 200-ok", .expectationFailed),
            .field("a Connection that is no list", "Connection: close; now", .malformedConnection),
        ]

    static let startLines: [Refusal] = [
        Refusal(
            "two empty lines before the request", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Refusal("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Refusal("nothing but a method", "GET\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Refusal("no version, as in HTTP/0.9", "GET /\r\n\r\n", .malformedRequestLine),
        Refusal("two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget),
        Refusal("two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", .invalidTarget),
        Refusal("a space behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .malformedVersion),
        Refusal("a space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Refusal("a tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", .invalidMethod),
        Refusal("a method that is no name", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .invalidMethod),
        Refusal("a method with a letter above ASCII", "G\u{c4}T / HTTP/1.1\r\nHost: a\r\n\r\n", .invalidMethod),
        Refusal(
            "a method longer than any", String(repeating: "A", count: 33) + " / HTTP/1.1\r\nHost: a\r\n\r\n",
            .methodTooLong),
        Refusal("TLS on a plain port", "\u{16}\u{03}\u{01}", .controlByte),
        Refusal("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", .connectNotSupported),
        Refusal("a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", .malformedVersion),
        Refusal("a version without a dot", "GET / HTTP/2\r\nHost: a\r\n\r\n", .malformedVersion),
        Refusal("a version with two digits", "GET / HTTP/1.11\r\nHost: a\r\n\r\n", .malformedVersion),
        Refusal("another protocol", "GET / ICAP/1.0\r\nHost: a\r\n\r\n", .malformedVersion),
        Refusal("HTTP/0.9 by name", "GET / HTTP/0.9\r\nHost: a\r\n\r\n", .unsupportedVersion),
        Refusal("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", .unsupportedVersion),
        Refusal("the preface of HTTP/2", "OPTIONS * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
    ]

    static let targets: [Refusal] = [
        .target("a target that is no path", "index.html", .invalidTarget),
        .target("an authority as target", "a:80", .invalidTarget),
        .target("an asterisk without OPTIONS", "*", .invalidTarget),
        .target("an asterisk with a path", "*/a", .invalidTarget),
        .target("a fragment", "/a#b", .fragmentInTarget),
        .target("a fragment in the query", "/a?b#c", .fragmentInTarget),
        .target("a quotation mark in the target", "/a\"b", .invalidTarget),
        .target("a backslash in the target", "/a\\b", .invalidTarget),
        .target("a byte above ASCII in the target", "/\u{e4}", .invalidTarget),
        .target("NUL in the target", "/a\0b", .controlByte),
        .target("DEL in the target", "/a\u{7f}b", .controlByte),
        .target("a bare CR in the target", "/a\rb", .bareCarriageReturn),
        .target("a tab in the target", "/a\tb", .invalidTarget),
        .target("an escape cut short", "/a%2", .malformedEscape),
        .target("an escape cut short by the query", "/a%?b", .malformedEscape),
        .target("an escape that is not hexadecimal", "/a%2g", .malformedEscape),
        .target("user information in the target", "http://user@host/", .invalidTarget),
        .target("an absolute target without a host", "http:///a", .invalidTarget),
        .target("an absolute target with an open bracket", "http://[::1/a", .invalidTarget),
        .target("another scheme in the target", "ftp://a/b", .invalidTarget),
        .target("a scheme alone", "http://", .invalidTarget),
        .target("a fragment right behind the host", "http://a#b", .invalidTarget),
        .target("a target over the limit", "/" + String(repeating: "a", count: 8 << 10), .targetTooLong),
    ]

    static let bytes: [Refusal] = [
        Refusal("a bare LF behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", .bareLineFeed),
        Refusal("a bare LF behind a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", .bareLineFeed),
        Refusal("a bare LF at the end of the head", "GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed),
        Refusal("a bare LF before the request", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .bareLineFeed),
        Refusal("a bare CR in the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n", .bareCarriageReturn),
        .field("a bare CR in a value", "X: a\rb", .bareCarriageReturn),
        .field("two CR before the LF", "X: a\r", .bareCarriageReturn),
        .field("a bare CR in a name", "X\rY: a", .bareCarriageReturn),
        .field("NUL in a value", "X: a\0b", .controlByte),
        .field("NUL in a name", "X\0: a", .controlByte),
        .field("DEL in a value", "X: a\u{7f}", .controlByte),
        .field("an escape byte in a value", "X: \u{1b}[31m", .controlByte),
    ]

    static let fields: [Refusal] = [
        .field("a folded field", "X: a\r\n b", .foldedField),
        .field("a field folded with a tab", "X: a\r\n\tb", .foldedField),
        Refusal("a fold before any field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", .foldedField),
        .field("a line of spaces", "   ", .foldedField),
        .field("a space before the colon", "X : a", .whitespaceInFieldName),
        .field("a tab before the colon", "X\t: a", .whitespaceInFieldName),
        .field("a space in a name", "X Y: a", .whitespaceInFieldName),
        .field("an empty name", ": a", .emptyFieldName),
        .field("a name with a parenthesis", "X(Y): a", .invalidFieldName),
        .field("a name above ASCII", "\u{c4}: a", .invalidFieldName),
        .field("a line without a colon", "Nonsense", .missingColon),
        .field("a hundred and one fields", repeated("X: y", 100), .tooManyFields),
        .field("fields over the limit", "X: " + String(repeating: "a", count: 16 << 10), .headTooLarge),
        Refusal("a request line without end", String(repeating: "A", count: 17 << 10), .targetTooLong),
    ]

    static let hosts: [Refusal] = [
        Refusal("no Host", "GET / HTTP/1.1\r\nX: a\r\n\r\n", .missingHost),
        Refusal("no Host and no field at all", "GET / HTTP/1.1\r\n\r\n", .missingHost),
        Refusal("no Host beside an absolute target", "GET http://a/ HTTP/1.1\r\n\r\n", .missingHost),
        .field("two Hosts", "Host: b", .repeatedHost),
        .field("the same Host twice", "hOST: a", .repeatedHost),
        Refusal("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost),
        .host("an empty Host", ""),
        .host("a port without a host", ":80"),
        .host("a Host with a path", "a/b"),
        .host("a Host with user information", "u@a"),
        .host("a list of Hosts", "a, b"),
        .host("a Host with a space", "a b"),
        .host("a port that is no number", "a:http"),
        .host("a colon without a port", "a:"),
        .host("a port over 65535", "a:65536"),
        .host("an open bracket", "[::1"),
        .host("text behind a bracket", "[::1]a"),
        .host("an IPv6 address without brackets", "::1"),
        .host("a Host above ASCII", "\u{e4}.example"),
        .host("a Host in angle brackets", "<a>"),
    ]

    static let lengths: [Refusal] = [
        .field("an empty length", "Content-Length:", .malformedContentLength),
        .field("a negative length", "Content-Length: -1", .malformedContentLength),
        .field("a length with a plus", "Content-Length: +1", .malformedContentLength),
        .field("a hexadecimal length", "Content-Length: 0x10", .malformedContentLength),
        .field("a length with a space inside", "Content-Length: 1 0", .malformedContentLength),
        .field("a list of lengths", "Content-Length: 5, 5", .malformedContentLength),
        .field("two lengths that agree", "Content-Length: 5\r\nContent-Length: 5", .repeatedContentLength),
        .field("two lengths that differ", "Content-Length: 5\r\ncontent-length: 6", .repeatedContentLength),
        .field(
            "a second length behind a length of zero", "Content-Length: 0\r\nContent-Length: 6", .repeatedContentLength),
        .field("a length over the limit", "Content-Length: 2097153", .contentTooLarge),
        .field("a length over 64 bits", "Content-Length: 18446744073709551617", .contentTooLarge),
        .field(
            "a length of a hundred digits", "Content-Length: " + String(repeating: "9", count: 100), .contentTooLarge),
    ]

    static let encodings: [Refusal] = [
        .field("length and encoding", "Content-Length: 5\r\nTransfer-Encoding: chunked", .lengthAndTransferEncoding),
        .field("encoding and length", "Transfer-Encoding: chunked\r\nContent-Length: 5", .lengthAndTransferEncoding),
        .field(
            "encoding and a length of zero", "Transfer-Encoding: chunked\r\nContent-Length: 0",
            .lengthAndTransferEncoding),
        .field("an unknown coding", "Transfer-Encoding: gzip", .unknownTransferCoding),
        .field("an unknown coding before chunked", "Transfer-Encoding: gzip, chunked", .unknownTransferCoding),
        .field("identity", "Transfer-Encoding: identity", .unknownTransferCoding),
        .field("chunked with an x before it", "Transfer-Encoding: xchunked", .unknownTransferCoding),
        .field("chunked that is not last", "Transfer-Encoding: chunked, gzip", .malformedTransferEncoding),
        .field("chunked twice in a list", "Transfer-Encoding: chunked, chunked", .malformedTransferEncoding),
        .field("chunked with a comma", "Transfer-Encoding: ,chunked", .malformedTransferEncoding),
        .field("chunked with a parameter", "Transfer-Encoding: chunked;a=b", .malformedTransferEncoding),
        .field("chunked in quotes", "Transfer-Encoding: \"chunked\"", .malformedTransferEncoding),
        .field("an empty encoding", "Transfer-Encoding:", .malformedTransferEncoding),
        .field("chunked behind a vertical tab", "Transfer-Encoding: \u{0b}chunked", .controlByte),
        .field(
            "chunked in two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            .repeatedTransferEncoding),
        .field("chunked before the colon", "Transfer-Encoding : chunked", .whitespaceInFieldName),
        Refusal(
            "an encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
            .transferEncodingInHTTP10),
    ]

    static func repeated(_ line: String, _ times: Int) -> String {
        Array(repeating: line, count: times).joined(separator: "\r\n")
    }
}
