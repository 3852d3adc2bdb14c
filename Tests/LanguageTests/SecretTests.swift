import Testing

@testable import Language

@Suite("Secret")
struct SecretTests {
    @Test("what is shown of a secret is its place, never its value")
    func shown() {
        #expect(Secret.environment("KEY").shown == "env:KEY")
        #expect(Secret.file(path: "/etc/key").shown == "file:/etc/key")
        #expect(!Secret.inline("k3").shown.contains("k3"))
    }
}
