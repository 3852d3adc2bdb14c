// `rules-curve`: what it costs to check hostile rule files of one kind as their size doubles. The checker is linear, so the
// microseconds per KB of a kind, of the processor's time, stay where they are; one whose figure grows with its size is a bug.

import Codec
import Language
import Rules

struct RuleCurve {
    private let sizes: [Int]
    private let runs: Int

    init(_ arguments: Arguments) throws(LoadFault) {
        let largest = try arguments.number("largest-kb", orElse: 4096)
        sizes = [64, 128, 256, 512, 1024, 2048, 4096].filter { $0 <= largest }
        runs = try arguments.number("runs", orElse: 3)
    }

    func report() throws -> Report {
        Report(
            .object(
                Self.kinds.map { kind in
                    JSONValue.Member(
                        kind.name,
                        .object(sizes.map { .init("\($0)", .rounded(cost(of: kind, size: $0 << 10))) }))
                }))
    }

    /// Microseconds per KB, the least of the runs; findings and their text included.
    private func cost(of kind: Kind, size: Int) -> Double {
        var files: [[UInt8]] = [[]]
        var count = 0
        var number = 0
        // The file's limit holds for it too.
        while true {
            let next = Array(kind.piece(number).utf8)
            guard count + next.count < size else { break }
            if kind.isOneFile { files[0] += next } else { files.append(next) }
            count += next.count
            number += 1
        }
        var least = Int64.max
        for _ in 0..<max(1, runs) {
            let started = computingTime()
            let checked = RuleSet.check(files.map { SourceFile(name: "curve.rules", bytes: $0) })
            _ = checked.findings.rendered
            least = min(least, computingTime() - started)
        }
        return Double(least) / 1000 / (Double(count) / 1024)
    }

    /// What a file is made of: the first piece opens what the others are in, and may stay open.
    private struct Kind {
        let name: String
        let piece: @Sendable (Int) -> String
        /// If not, each piece is a file by itself.
        let isOneFile: Bool

        init(_ name: String, isOneFile: Bool = true, _ piece: @escaping @Sendable (Int) -> String) {
            self.name = name
            self.piece = piece
            self.isOneFile = isOneFile
        }
    }

    private static let kinds: [Kind] = [
        Kind("a file for each route", isOneFile: false) {
            "route \"r\($0)\" { when tenant = \"t\($0)\" to webhooks }\n"
        },
        Kind("stops for one tenant") {
            "route \"r\($0)\" { when tenant = \"t\" and account = \"a\($0)\" to webhooks stop }\n"
        },
        Kind("quotas") { "quota tenant \"t\($0)\" { messages 10_000 per day   over delay }\n" },
        Kind("routes") { "route \"r\($0)\" { when type = message.received and tenant = \"t\($0)\" to webhooks }\n" },
        Kind("stops") { "route \"r\($0)\" { when tenant = \"t\($0)\" to webhooks stop }\n" },
        Kind("routes behind one stop") { "route \"r\($0)\" { to webhooks stop }\n" },
        Kind("one name") { _ in "route \"r\" { to webhooks }\n" },
        Kind("unknown fields") { "route \"r\($0)\" { when contant.txet = \"a\" to webhooks }\n" },
        Kind("unknown statements") { "ruote\($0 % 10)\n" },
        Kind("unknown clauses") { $0 == 0 ? "route \"r\" {\n" : "wehn\n" },
        Kind("open braces") { _ in "{" + "\n" },
        Kind("closed braces") { _ in "}\n" },
        Kind("blocks left open") { "route \"r\($0)\" {\n" },
        Kind("signs") { _ in "&&\n" },
        Kind("open strings") { _ in "\"a\n" },
        Kind("foreign") { _ in "中 \n" },
        Kind("comments") { "# comment \($0)\n" },
        Kind("nested") { _ in "route \"r\" { when " + String(repeating: "(", count: 40) + " to webhooks }\n" },
        Kind("values of one list") {
            $0 == 0 ? "route \"r\" { to webhooks when tenant in [\n" : "\"tenant \($0)\",\n"
        },
        Kind("one value again and again") { $0 == 0 ? "route \"r\" { to webhooks when tenant in [\n" : "\"a\",\n" },
        Kind("words of one list") {
            $0 == 0 ? "route \"r\" { to webhooks when content.text contains any [\n" : "\"word \($0)\",\n"
        },
        Kind("words with one beginning") {
            $0 == 0 ? "route \"r\" { to webhooks when content.text contains any [\n" : "\"\(prefix)\($0)\",\n"
        },
        Kind("words in words") {
            $0 == 0
                ? "route \"r\" { to webhooks when content.text contains any [\n"
                : "\"" + String(repeating: "a", count: $0 % 500 + 1) + "\",\n"
        },
        Kind("parts of one or") {
            $0 == 0 ? "route \"r\" { to webhooks when tenant = \"a\"\n" : "or tenant = \"t\($0)\"\n"
        },
        Kind("parts of one and") {
            $0 == 0 ? "route \"r\" { to webhooks when tenant = \"a\"\n" : "and tenant != \"t\($0)\"\n"
        },
        Kind("excluded values of a long list") {
            $0 == 0
                ? "route \"r\" { to webhooks when tenant in ["
                    + (0..<2000).map { "\"t\($0)\"" }.joined(separator: ",\n")
                    + "]\n" : "and tenant != \"t\($0)\"\n"
        },
        Kind("patterns") { "route \"r\($0)\" { when content.text matches \"\(glob)\" to webhooks }\n" },
        Kind("targets") { $0 == 0 ? "route \"r\" {\n" : "to webhook \"https://a.example/\($0)?key=\($0)\"\n" },
        Kind("secrets on lines with errors") {
            "route \"r\($0)\" { to webhook \"https://u:p@a.example/?k=\($0)\" x }\n"
        },
        Kind("channels nobody has") { "channel c\($0) { kind webhook url env:A }\nnotify info { to [d\($0)] }\n" },
        Kind("alerts") { "route \"r\($0)\" { to alert \"a\" level \($0 % 2 == 0 ? "info" : "critical") }\n" },
        Kind("lines of 64 KB") { "# " + String(repeating: "\($0 % 10)", count: 60_000) + "\n" },
    ]

    private static let prefix = String(repeating: "x", count: 100)
    private static let glob = String(repeating: "*a", count: 120)
}
