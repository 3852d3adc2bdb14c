// Feeds a sample to a parser in every way it can be cut.

import Testing

@testable import HTTP

/// What is left of a head once its offsets are made text, so that two ways of reading one sample can be compared.
struct ReadRequest: Equatable {
    var progress: HeadProgress
    var method = HTTPMethod.other
    var path = ""
    var query: String?
    var authority: String?
    var version = HTTPVersion.http11
    var fields: [String] = []
    var body = BodyFraming.none
    var keepsAlive = true
    var expectsContinue = false
}

func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
}

/// Parses `bytes` with a head that is shown the first `cuts` bytes first, one cut after the other.
func read(_ bytes: [UInt8], cuts: [Int] = [], limits: HTTPLimits = HTTPLimits()) -> ReadRequest {
    var head = RequestHead()
    var progress = HeadProgress.incomplete
    for cut in cuts + [bytes.count] {
        progress = head.parse(bytes.span.extracting(0..<cut), limits: limits)
        if progress != .incomplete { break }
    }
    guard case .complete = progress else { return ReadRequest(progress: progress) }
    return ReadRequest(
        progress: progress, method: head.method, path: text(bytes, head.target.path),
        query: head.target.query.map { text(bytes, $0) }, authority: head.authority.map { text(bytes, $0) },
        version: head.version,
        fields: head.headers.fields.map { "\(text(bytes, $0.name))=\(text(bytes, $0.value))" },
        body: head.body, keepsAlive: head.keepsAlive, expectsContinue: head.expectsContinue)
}

func read(_ sample: String, cuts: [Int] = [], limits: HTTPLimits = HTTPLimits()) -> ReadRequest {
    read(Array(sample.utf8), cuts: cuts, limits: limits)
}
