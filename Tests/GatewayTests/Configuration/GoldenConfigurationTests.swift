import Language
import TestBasics
import Testing

@testable import Gateway

/// Each `Golden/*.case` is one mistake, named after it: a configuration, a line of dashes, the surroundings
/// (`NAME=value` variables, `PATH: content` files, `PATH! content` files that the world can read), a line of dashes, and the
/// findings as `weir config check` shows them. `WEIR_GOLDEN=rewrite swift test` writes what comes out into the files; review
/// the difference.
@Suite("Configuration: golden cases")
struct GoldenConfigurationTests {
    static func cases() throws -> [GoldenCase] { try GoldenCase.all(in: "Tests/GatewayTests/Golden", parts: 3) }

    @Test("there are cases at all")
    func casesExist() throws {
        #expect(try Self.cases().count >= 30)
    }

    @Test("a mistake is told as its case says", arguments: try GoldenConfigurationTests.cases())
    func goldenCase(_ golden: GoldenCase) throws {
        let reading = ConfigurationReading(
            of: SourceFile(name: "weir.conf", text: golden.given[0]), in: Self.surroundings(golden.given[1]))
        let verdict = reading.configuration == nil ? "refused" : "accepted"
        let said = "\(reading.findings.rendered)\n\(verdict)\n"
        #expect(try said == golden.expected(for: said))
    }

    private static func surroundings(_ text: String) -> Surroundings {
        var variables: [String: String] = [:]
        var files: [String: SecretFile] = [:]
        for line in text.split(separator: "\n") {
            if line.hasPrefix("/"), let end = line.firstIndex(where: { $0 == ":" || $0 == "!" }) {
                let content = line[line.index(after: end)...].drop { $0 == " " }
                files[String(line[..<end])] = SecretFile(
                    bytes: Array(content.utf8), isWorldReadable: line[end] == "!")
            } else if let equals = line.firstIndex(of: "=") {
                variables[String(line[..<equals])] = String(line[line.index(after: equals)...])
            }
        }
        let found = files
        return Surroundings(
            variables: variables,
            secretFile: { path throws(SecretFile.Fault) in
                guard let file = found[path] else { throw .unreadable(reason: "No such file or directory") }
                return file
            })
    }
}
