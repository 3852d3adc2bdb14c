import Events
import Telemetry
import Testing

@testable import Gateway

@Suite("Endpoint")
struct EndpointTests {
    /// The specification's own.
    static let secretText = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    @Test("a secret is the base64 behind its prefix, 24 to 64 bytes")
    func secret() throws {
        #expect(try WebhookSecret(Self.secretText).bytes.revealed.count == 24)
        #expect(try WebhookSecret(Self.secretText).bytes.revealed.first == 0x31)
        #expect(throws: WebhookSecret.Fault.prefixMissing) { try WebhookSecret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") }
        #expect(throws: WebhookSecret.Fault.notBase64) { try WebhookSecret("whsec_*fKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") }
        #expect(throws: WebhookSecret.Fault.length(3)) { try WebhookSecret("whsec_AAAA") }
        #expect(throws: WebhookSecret.Fault.length(66)) {
            try WebhookSecret("whsec_" + String(repeating: "A", count: 88))
        }
    }

    @Test("no way of printing an endpoint shows its secrets")
    func masked() throws {
        let endpoint = Endpoint(
            tenant: "acme", name: "crm", url: try HTTPURL("https://a.example/"),
            secret: try WebhookSecret(Self.secretText),
            types: .all, concurrency: 8, timeout: .seconds(15),
            headers: [EndpointHeader(name: "Authorization", value: "Bearer hunter2")])
        var shown = "\(endpoint) \(String(reflecting: endpoint))"
        dump(endpoint, to: &shown)
        #expect(!shown.contains("hunter2") && !shown.contains("49, 242, 144"))
        #expect(shown.contains("••••••"))
    }

    @Test("a configured endpoint is known by its name, one in a rule by its URL, and the two never meet")
    func identity() throws {
        let url = try HTTPURL("https://a.example/hooks")
        #expect(EndpointID(tenant: "acme", name: "crm").text == "acme/crm")
        let first = try EndpointID(tenant: "acme", url: url)
        #expect(first == (try EndpointID(tenant: "acme", url: url)))
        #expect(first != (try EndpointID(tenant: "acme", url: HTTPURL("https://a.example/hooks2"))))
        #expect(first != (try EndpointID(tenant: "other", url: url)))
        #expect(first.text.hasPrefix("acme/~") && first.text.count == "acme/~".count + 16)
        #expect(ResourceName.problem(in: String(first.text.dropFirst("acme/".count))) != nil)
    }

    @Test("a header that Weir sets, or that would split the request, is refused")
    func headers() {
        #expect(EndpointHeader.problem(name: "Authorization", value: "Bearer a\tb") == nil)
        for name in ["Host", "content-length", "Webhook-Signature", "", "a b", "a:b", "X\r\n", "Ü"] {
            #expect(EndpointHeader.problem(name: name, value: "x") != nil, "\(name)")
        }
        for value in ["a\r\nb", "a\nb", "a\u{0}", "\u{7F}"] {
            #expect(EndpointHeader.problem(name: "X-Env", value: value) != nil)
        }
    }

    @Test("names are kept to what means nothing in a URL, a key or a label")
    func names() {
        for name in ["a", "demo-app", "A.b_c-9", String(repeating: "x", count: 64)] {
            #expect(ResourceName.problem(in: name) == nil, "\(name)")
        }
        for name in ["", ".", "..", "a/b", "a b", "a{b}", "ä", "a:b", "~a", String(repeating: "x", count: 65)] {
            #expect(ResourceName.problem(in: name) != nil, "\(name)")
        }
    }
}
