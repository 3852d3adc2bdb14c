// The least that must be read of a message to know where it ends: its status, and its length.

/// The start of a request or response with a content-length; chunked bodies are not understood, and nobody here sends them.
enum MessageHead: Equatable {
    case incomplete
    /// `status` is 0 for a request.
    case complete(status: Int, head: Int, body: Int)

    init(_ bytes: Span<UInt8>) {
        var index = 0
        var bodySize = 0
        var lineStart = 0
        while true {
            guard index < bytes.count else {
                self = .incomplete
                return
            }
            guard bytes[index] == UInt8(ascii: "\n") else {
                index += 1
                continue
            }
            if index - lineStart <= 1, lineStart > 0 { break }
            if let size = Self.contentLength(bytes.extracting(lineStart..<index)) { bodySize = size }
            index += 1
            lineStart = index
        }
        let head = index + 1
        guard bytes.count >= head + bodySize else {
            self = .incomplete
            return
        }
        self = .complete(status: Self.status(bytes), head: head, body: bodySize)
    }

    private static let name = Array("content-length:".utf8)

    private static func contentLength(_ line: Span<UInt8>) -> Int? {
        // Most lines differ in their first letter.
        guard line.count > name.count, line[0] | 0x20 == name[0] else { return nil }
        for index in name.indices where line[index] | 0x20 != name[index] | 0x20 { return nil }
        var value = 0
        for index in name.count..<line.count where (0x30...0x39).contains(line[index]) {
            value = value * 10 + Int(line[index] - 0x30)
        }
        return value
    }

    /// "HTTP/1.1 200 OK"
    private static func status(_ bytes: Span<UInt8>) -> Int {
        guard bytes.count > 12, bytes[0] == UInt8(ascii: "H"), bytes[4] == UInt8(ascii: "/") else { return 0 }
        return Int(bytes[9]) * 100 + Int(bytes[10]) * 10 + Int(bytes[11]) - 0x30 * 111
    }
}
