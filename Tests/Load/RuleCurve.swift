// `rules-curve`: what it costs to check hostile rule files of one kind as their size doubles. The checker is linear, so the
// microseconds per KB of a kind stay where they are; one whose figure grows with its size is a bug.

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
                        .object(sizes.map { .init("\($0)KB", .rounded(cost(of: kind.piece, size: $0 << 10))) }))
                }))
    }

    /// Microseconds per KB, the least of the runs; findings and their text included.
    private func cost(of piece: (Int) -> String, size: Int) -> Double {
        var bytes: [UInt8] = []
        var number = 0
        // The file's limit holds for it too.
        while true {
            let next = Array(piece(number).utf8)
            guard bytes.count + next.count < size else { break }
            bytes += next
            number += 1
        }
        var least = Int64.max
        for _ in 0..<max(1, runs) {
            let started = monotonicNow()
            let checked = RuleSet.check([SourceFile(name: "curve.rules", bytes: bytes)])
            _ = checked.findings.rendered
            least = min(least, monotonicNow() - started)
        }
        return Double(least) / 1000 / (Double(bytes.count) / 1024)
    }

    /// What a file is made of: the first piece opens what the others are in, and may stay open.
    private static let kinds: [(name: String, piece: @Sendable (Int) -> String)] = [
        ("routes", { "route \"r\($0)\" { when type = message.received and tenant = \"t\($0)\" to webhooks }\n" }),
        ("stops", { "route \"r\($0)\" { when tenant = \"t\($0)\" to webhooks stop }\n" }),
        ("routes behind one stop", { "route \"r\($0)\" { to webhooks stop }\n" }),
        ("one name", { _ in "route \"r\" { to webhooks }\n" }),
        ("unknown fields", { "route \"r\($0)\" { when contant.txet = \"a\" to webhooks }\n" }),
        ("unknown statements", { "ruote\($0 % 10)\n" }),
        ("unknown clauses", { $0 == 0 ? "route \"r\" {\n" : "wehn\n" }),
        ("open braces", { _ in "{" + "\n" }),
        ("closed braces", { _ in "}\n" }),
        ("blocks left open", { "route \"r\($0)\" {\n" }),
        ("signs", { _ in "&&\n" }),
        ("open strings", { _ in "\"a\n" }),
        ("foreign", { _ in "中 \n" }),
        ("comments", { "# comment \($0)\n" }),
        ("nested", { _ in "route \"r\" { when " + String(repeating: "(", count: 40) + " to webhooks }\n" }),
        (
            "values of one list",
            { $0 == 0 ? "route \"r\" { to webhooks when tenant in [\n" : "\"tenant \($0)\",\n" }
        ),
        ("one value again and again", { $0 == 0 ? "route \"r\" { to webhooks when tenant in [\n" : "\"a\",\n" }),
        (
            "words of one list",
            { $0 == 0 ? "route \"r\" { to webhooks when content.text contains any [\n" : "\"word \($0)\",\n" }
        ),
        (
            "words with one beginning",
            { $0 == 0 ? "route \"r\" { to webhooks when content.text contains any [\n" : "\"\(prefix)\($0)\",\n" }
        ),
        (
            "words in words",
            {
                $0 == 0
                    ? "route \"r\" { to webhooks when content.text contains any [\n"
                    : "\"" + String(repeating: "a", count: $0 % 500 + 1) + "\",\n"
            }
        ),
        (
            "parts of one or",
            { $0 == 0 ? "route \"r\" { to webhooks when tenant = \"a\"\n" : "or tenant = \"t\($0)\"\n" }
        ),
        (
            "parts of one and",
            { $0 == 0 ? "route \"r\" { to webhooks when tenant = \"a\"\n" : "and tenant != \"t\($0)\"\n" }
        ),
        (
            "excluded values of a long list",
            {
                $0 == 0
                    ? "route \"r\" { to webhooks when tenant in ["
                        + (0..<2000).map { "\"t\($0)\"" }.joined(separator: ",\n")
                        + "]\n" : "and tenant != \"t\($0)\"\n"
            }
        ),
        ("patterns", { "route \"r\($0)\" { when content.text matches \"\(glob)\" to webhooks }\n" }),
        ("targets", { $0 == 0 ? "route \"r\" {\n" : "to webhook \"https://a.example/\($0)?key=\($0)\"\n" }),
        ("secrets on lines with errors", { "route \"r\($0)\" { to webhook \"https://u:p@a.example/?k=\($0)\" x }\n" }),
        ("channels nobody has", { "channel c\($0) { kind webhook url env:A }\nnotify info { to [d\($0)] }\n" }),
        ("alerts", { "route \"r\($0)\" { to alert \"a\" level \($0 % 2 == 0 ? "info" : "critical") }\n" }),
        ("lines of 64 KB", { "# " + String(repeating: "\($0 % 10)", count: 60_000) + "\n" }),
    ]

    private static let prefix = String(repeating: "x", count: 100)
    private static let glob = String(repeating: "*a", count: 120)
}
