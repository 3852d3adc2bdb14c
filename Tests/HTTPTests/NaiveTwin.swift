// A slow reader of requests written from the RFC on its own, without a line of the parser: it splits text and asks questions.
// Where both accept a request, they must agree on where it ends; that is what smuggling needs them to disagree on.

@testable import HTTP

enum NaiveTwin {
    struct Framing: Equatable {
        var headCount: Int
        var body: BodyFraming
        var host: String?
        var target: String
    }

    /// Nil for what it does not understand or would not accept.
    static func read(_ bytes: [UInt8]) -> Framing? {
        var bytes = bytes
        var skipped = 0
        if bytes.starts(with: [13, 10]) {
            bytes.removeFirst(2)
            skipped = 2
        }
        // Latin-1, so that one byte is one character; unicode scalars, so that CR LF stays two.
        let text = bytes.map { UInt32($0) }
        guard let end = (0..<max(0, text.count - 3)).first(where: { Array(text[$0..<$0 + 4]) == [13, 10, 13, 10] })
        else { return nil }
        let head = String(String.UnicodeScalarView(text[..<end].compactMap(Unicode.Scalar.init)))
        var lines = split(head)
        let words = lines.removeFirst().unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
            .map { String($0) }
        guard words.count == 3, words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else { return nil }

        var fields: [(name: String, value: String)] = []
        for line in lines {
            let parts = line.unicodeScalars.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            fields.append((String(parts[0]).lowercased(), trimmed(String(parts[1]))))
        }
        func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

        var framing = Framing(headCount: skipped + end + 4, body: .none, host: values("host").last, target: words[1])
        let codings = values("transfer-encoding").joined(separator: ",").lowercased()
        if !codings.isEmpty {
            guard codings == "chunked" else { return nil }
            framing.body = .chunked
        } else if let length = values("content-length").last {
            guard let length = Int(length) else { return nil }
            framing.body = length == 0 ? .none : .length(length)
        }
        if framing.target.lowercased().hasPrefix("http") {
            let rest = framing.target.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
            framing.host = rest.first.map { String($0.prefix { $0 != "?" }) }
        }
        return framing
    }

    private static func split(_ head: String) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var scalars = Array(head.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            if scalar == "\r", scalars.first == "\n" {
                scalars.removeFirst()
                lines.append(String(line))
                line = String.UnicodeScalarView()
            } else {
                line.append(scalar)
            }
        }
        return lines + [String(line)]
    }

    private static func trimmed(_ value: String) -> String {
        var scalars = Array(value.unicodeScalars)
        while let last = scalars.last, last == " " || last == "\t" { scalars.removeLast() }
        return String(String.UnicodeScalarView(scalars.drop { $0 == " " || $0 == "\t" }))
    }
}
