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

    @Test(
        "what may be a key in a URL of a file is hidden from all that is shown of the file",
        arguments: [
            ("https://crm.example.com/hooks/wecom", "https://crm.example.com/hooks/wecom"),
            ("https://a.example:8443/v2/2026-11-24/orders", "https://a.example:8443/v2/2026-11-24/orders"),
            ("https://a.example/?key=k3", "https://a.example/?••••"),
            ("https://a.example?k3", "https://a.example?••••"),
            ("https://a.example/#k3", "https://a.example/#••••"), ("https://a.example/?", "https://a.example/?"),
            ("https://user:k3@a.example/x", "https://••••@a.example/x"),
            ("https://user:k/3@a.example/x", "https://••••@a.example/x"),
            ("https://user:k?3@a.example/x?k4", "https://••••@a.example/x?••••"),
            ("https://a.example/@people/x", "https://a.example/@people/x"),
            ("https://[::1]:80/@x", "https://[::1]:80/@x"),
            (
                "https://hooks.example.com/services/T01/B02/abcDEFghi123456XYZ7890?x",
                "https://hooks.example.com/services/T01/B02/••••?••••"
            ),
            ("https://a.example/bot/0d7e9c1a-3c55-4e0b-9d6c-1a2b3c4d5e6f/send", "https://a.example/bot/••••/send"),
            ("https://u:k\\u{40}a.example/", "https://••••"), ("https://a.example/x\\u{3F}k3", "https://••••"),
            ("no address", "no address"), ("", ""), ("://", "://"), ("https://@", "https://@"),
        ])
    func urls(url: String, shown: String) throws {
        let file = SourceFile(name: "t", text: "to \"\(url)\"")
        var cursor = Cursor(file)
        cursor.take()
        cursor.hideKeys(in: cursor.take().range)
        #expect(file.shown == "to \"\(shown)\"")
    }
}
