import Codec
import Testing

@Suite struct URLMaskTests {
    @Test(
        "what can be a key in a URL is left out, and all else shown",
        arguments: [
            ("https://a.example/hooks/wecom", "https://a.example/hooks/wecom"),
            ("https://u:p@a.example:8443/x", "https://••••@a.example:8443/x"),
            ("https://a@b@c/", "https://••••@c/"),
            ("https://a.example/x?key=1#f", "https://a.example/x?••••"),
            ("https://a.example#f", "https://a.example#••••"),
            ("https://a.example?k", "https://a.example?••••"), ("plain", "plain"), ("a/b?c", "a/b?c"), ("x://", "x://"),
            // Of chat robots: Slack, Discord, Feishu; and a token of JWT's kind.
            (
                "https://hooks.slack.example/services/T024BE7LD/B024BE7LH/vnKr80nRyG1mKCLHBWsGKJFn",
                "https://hooks.slack.example/services/T024BE7LD/B024BE7LH/••••"
            ),
            (
                "https://discord.example/api/webhooks/123456789012345678/A1b2C3d4-E5f6G7h8_I9j0K1l2M3n4-O5p6Q7r8S9t0",
                "https://discord.example/api/webhooks/••••/••••"
            ),
            (
                "https://open.feishu.example/open-apis/bot/v2/hook/0f3b7a52-1c2d-4e5f-8a9b-0c1d2e3f4a5b",
                "https://open.feishu.example/open-apis/bot/v2/hook/••••"
            ),
            ("https://a.example/t/eyJhbGciOiJIUzI1NiJ9.e30.Et9HFtf9R3GEMA0", "https://a.example/t/••••"),
            // What people name their paths.
            (
                "https://a.example/api/v1/notifications-of-customers/2026-11-24/message_received",
                "https://a.example/api/v1/notifications-of-customers/2026-11-24/message_received"
            ),
            ("https://a.example/WebhookReceiverEndpoint/v2", "https://a.example/WebhookReceiverEndpoint/v2"),
        ])
    func masked(url: String, shown: String) {
        #expect(URLMask.masked(url) == shown)
        #expect(URLMask.masked(shown) == shown, "what is masked stays as it is")
    }
}
