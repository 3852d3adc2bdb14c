// HTTP: the same bytes as a request, as a response and as a chunked body. Cuts change nothing, limits hold, what was accepted
// reads the same when it is written anew, and what follows a message does not reach into it.

import HTTP

extension Fuzzer {
    static let http = Fuzzer(
        name: "http", about: "request and response heads, chunked bodies: cuts, limits, rewriting", sizeMax: 1024,
        words: FieldName.allCases.map(\.text).filter { !$0.isEmpty } + [
            "\r\n", "\r\n\r\n", ": ", "chunked", "HTTP/1.1", "HTTP/1.0", "http://", "close", "keep-alive",
            "100-continue", "GET ", "POST ", "OPTIONS * ", "CONNECT ", "0\r\n\r\n", ";a=\"b\"", "%41",
        ],
        seeds: { HTTPSamples.all.map { Array($0.utf8) } },
        check: { input in
            try RequestCheck(input).run()
            try ResponseCheck(input).run()
            try ChunksCheck(input).run()
        })
}

/// Limits that short inputs reach.
private let tight = HTTPLimits(
    headBytes: 200, targetBytes: 40, fieldCount: 4, bodyBytes: 50, chunkLineBytes: 12, trailerBytes: 20)

private let limitFaults: Set<HTTPFault> = [
    .headTooLarge, .targetTooLong, .tooManyFields, .contentTooLarge, .chunkLineTooLong, .trailerTooLarge,
]

/// Nothing that splits a header may be in what a parser hands on.
private func requireClean(_ bytes: [UInt8], _ range: Range<Int>, within end: Int) throws(BrokenProperty) {
    try require(range.lowerBound >= 0 && range.upperBound <= end, "\(range) lies in the head, which ends at \(end)")
    try require(!bytes[range].contains { $0 < 0x20 && $0 != 9 || $0 == 0x7F }, "no control byte is handed on")
}

// MARK: Requests

private struct RequestCheck {
    struct Outcome: Equatable {
        var progress: HeadProgress
        var method = ""
        var path = 0..<0
        var query: Range<Int>?
        var authority: Range<Int>?
        var fields: [HeaderField] = []
        var version = HTTPVersion.http11
        var body = BodyFraming.none
        var keepsAlive = true
        var expectsContinue = false
    }

    let input: [UInt8]

    init(_ input: [UInt8]) { self.input = input }

    static func read(_ bytes: [UInt8], cut: Int? = nil, limits: HTTPLimits = HTTPLimits()) -> Outcome {
        var head = RequestHead()
        if let cut { _ = head.parse(bytes.span.extracting(0..<cut), limits: limits) }
        return outcome(of: &head, bytes, limits)
    }

    static func outcome(of head: inout RequestHead, _ bytes: [UInt8], _ limits: HTTPLimits) -> Outcome {
        let progress = head.parse(bytes.span, limits: limits)
        guard case .complete = progress else { return Outcome(progress: progress) }
        return Outcome(
            progress: progress, method: text(Array(bytes[head.methodName])), path: head.target.path,
            query: head.target.query, authority: head.authority, fields: head.headers.fields, version: head.version,
            body: head.body, keepsAlive: head.keepsAlive, expectsContinue: head.expectsContinue)
    }

    func run() throws {
        let whole = Self.read(input)
        for cut in input.cuts {
            try require(Self.read(input, cut: cut), equals: whole, "a request cut at \(cut)")
        }
        var used = RequestHead()
        _ = used.parse(Array("POST /u?v HTTP/1.0\r\nHost: u\r\nContent-Length: 3\r\n\r\n".utf8).span, limits: tight)
        used.reset()
        try require(Self.outcome(of: &used, input, HTTPLimits()), equals: whole, "a request after another")
        try checkLimits(whole)
        guard case .complete(let consumed) = whole.progress else { return }

        let limits = HTTPLimits()
        try require(consumed <= min(input.count, limits.headBytes), "a head ends within its bytes")
        let head = Array(input[..<consumed])
        try require(Self.read(head), equals: whole, "a request without what follows it")
        try require(Self.read(Array(head.dropLast())).progress, equals: .incomplete, "a request without its last byte")
        try checkRanges(whole, end: consumed)
        try rewrite(whole)
        if whole.body == .chunked { try ChunksCheck(Array(input[consumed...])).run() }
    }

    /// Tight limits refuse more, but never read another request than wide ones.
    private func checkLimits(_ whole: Outcome) throws {
        let limited = Self.read(input, limits: tight)
        for cut in input.cuts {
            try require(Self.read(input, cut: cut, limits: tight), equals: limited, "limited and cut at \(cut)")
        }
        if case .malformed(let fault) = limited.progress, limitFaults.contains(fault) { return }
        try require(limited, equals: whole, "a request within tight limits")
        guard case .complete(let consumed) = limited.progress else { return }
        try require(consumed <= tight.headBytes && limited.fields.count <= tight.fieldCount, "limits of the head hold")
        try require(limited.path.count + (limited.query?.count ?? 0) <= tight.targetBytes, "that of the target holds")
        if case .length(let length) = limited.body {
            try require((1...tight.bodyBytes).contains(length), "that of the body holds")
        }
    }

    private func checkRanges(_ request: Outcome, end: Int) throws {
        for range in [request.path, request.query ?? 0..<0, request.authority ?? 0..<0] {
            try requireClean(input, range, within: end)
            try require(!input[range].contains(0x20), "a target has no space")
        }
        for field in request.fields {
            try requireClean(input, field.name, within: end)
            try requireClean(input, field.value, within: end)
            try require(
                !field.name.isEmpty && !input[field.name].contains { $0 == 0x20 || $0 == 0x3A }, "a field's name")
        }
        let names = request.fields.map { text(Array(input[$0.name])).lowercased() }
        for name in ["host", "content-length"] {
            try require(names.count { $0 == name } <= 1, "one \(name) at most")
        }
        try require(!(names.contains("content-length") && names.contains("transfer-encoding")), "one framing")
        try require(request.version == .http10 || names.contains("host"), "1.1 has a host")
    }

    /// Written again in the plainest form, it is the same request.
    private func rewrite(_ request: Outcome) throws {
        var target = Array(input[request.path])
        if let query = request.query { target += [UInt8(ascii: "?")] + input[query] }
        // An absolute form loses its host here, and an asterisk its star: those are not written again.
        guard target.first == UInt8(ascii: "/"), !input.starts(with: "\r\n".utf8) else { return }
        var lines = Array("\(request.method) ".utf8) + target
        lines += Array(request.version == .http11 ? " HTTP/1.1\r\n".utf8 : " HTTP/1.0\r\n".utf8)
        for field in request.fields {
            lines += input[field.name] + Array(":".utf8) + input[field.value] + Array("\r\n".utf8)
        }
        lines += Array("\r\n".utf8)
        let again = Self.read(lines)
        try require(again.progress, equals: .complete(consumed: lines.count), "a request written again")
        try require(again.body, equals: request.body, "its framing")
        try require(
            [again.keepsAlive, again.expectsContinue], equals: [request.keepsAlive, request.expectsContinue],
            "its connection")
        for (one, other) in zip(again.fields, request.fields) {
            try require(one.known, equals: other.known, "its fields")
            try require(lines[one.value] == input[other.value], "the values of its fields")
        }
    }
}

// MARK: Responses

private struct ResponseCheck {
    struct Outcome: Equatable {
        var progress: HeadProgress
        var status = HTTPStatus(0)
        var fields: [HeaderField] = []
        var body = ResponseBody.none
        var keepsAlive = true
    }

    let input: [UInt8]

    init(_ input: [UInt8]) { self.input = input }

    private func read(_ method: HTTPMethod, cut: Int? = nil, limits: HTTPLimits = HTTPLimits()) -> Outcome {
        var head = ResponseHead(answering: method)
        if let cut { _ = head.parse(input.span.extracting(0..<cut), limits: limits) }
        let progress = head.parse(input.span, limits: limits)
        guard case .complete = progress else { return Outcome(progress: progress) }
        return Outcome(
            progress: progress, status: head.status, fields: head.headers.fields, body: head.body,
            keepsAlive: head.keepsAlive)
    }

    func run() throws {
        let whole = read(.post)
        for cut in input.cuts { try require(read(.post, cut: cut), equals: whole, "a response cut at \(cut)") }
        let limited = read(.post, limits: tight)
        if case .malformed(let fault) = limited.progress, limitFaults.contains(fault) {
            // Tight limits refuse more.
        } else {
            try require(limited, equals: whole, "a response within tight limits")
        }
        let toHead = read(.head)
        guard case .complete(let consumed) = whole.progress else {
            // What only the framing of a body is refused for is no fault of an answer that has none.
            return
        }
        try require(toHead.progress, equals: whole.progress, "an answer to HEAD")
        try require(toHead.body, equals: .none, "an answer to HEAD has no body")
        try require((100..<600).contains(whole.status.code), "a status has three digits")
        if whole.body == .untilClose { try require(!whole.keepsAlive, "the end of the stream is the end of the body") }
        for field in whole.fields {
            try requireClean(input, field.name, within: consumed)
            try requireClean(input, field.value, within: consumed)
        }
    }
}

// MARK: Chunked bodies

private struct ChunksCheck {
    struct Outcome: Equatable {
        var progress: ChunkedDecoder.Progress
        var body: [UInt8]
    }

    let input: [UInt8]

    init(_ input: [UInt8]) { self.input = input }

    private static func decode(_ bytes: [UInt8], cuts: [Int] = [], limits: HTTPLimits = HTTPLimits()) -> Outcome {
        var decoder = ChunkedDecoder(limits: limits)
        var body: [UInt8] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            let progress = decoder.decode(bytes.span.extracting(start..<cut), appendingTo: &body)
            switch progress {
            case .complete(let consumed): return Outcome(progress: .complete(consumed: start + consumed), body: body)
            case .malformed: return Outcome(progress: progress, body: body)
            case .incomplete: start = cut
            }
        }
        return Outcome(progress: .incomplete, body: body)
    }

    func run() throws {
        let whole = Self.decode(input)
        for cut in input.cuts { try require(Self.decode(input, cuts: [cut]), equals: whole, "chunks cut at \(cut)") }
        if input.count < 200 {
            try require(Self.decode(input, cuts: Array(input.indices)), equals: whole, "chunks byte by byte")
        }
        let limited = Self.decode(input, limits: tight)
        try require(limited.body.count <= tight.bodyBytes, "a body within its limit")
        try require(whole.body.starts(with: limited.body), "limits take from the end")
        if case .malformed(let fault) = limited.progress, limitFaults.contains(fault) {
            // Tight limits refuse more.
        } else {
            try require(limited, equals: whole, "chunks within tight limits")
        }
        guard case .complete(let consumed) = whole.progress else { return }
        try require(Self.decode(Array(input[..<consumed])), equals: whole, "chunks without what follows them")
        let shorter = Self.decode(Array(input[..<(consumed - 1)]))
        try require(shorter, equals: Outcome(progress: .incomplete, body: whole.body), "chunks without their last byte")

        var again = whole.body.isEmpty ? [] : Array("\(String(whole.body.count, radix: 16))\r\n".utf8) + whole.body
        if !whole.body.isEmpty { again += Array("\r\n".utf8) }
        again += Array("0\r\n\r\n".utf8)
        let expected = Outcome(progress: .complete(consumed: again.count), body: whole.body)
        try require(Self.decode(again), equals: expected, "the body as one chunk")
    }
}
