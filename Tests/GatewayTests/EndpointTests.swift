import Crypto
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

    /// The second has its public key behind it; both are the vectors of Svix' server.
    static let seedText = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="
    static let pairText =
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
    static let publicText = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="

    @Test("a key is a secret or a private key, and says what the receiver verifies with")
    func keys() throws {
        #expect(try WebhookKey(Self.secretText) == .v1(WebhookSecret(Self.secretText)))
        #expect(try WebhookKey(Self.secretText).text.revealed == Self.secretText)
        let pair = try WebhookKey(Self.pairText)
        #expect(pair.scheme == .v1a && pair.text.revealed == Self.pairText)
        #expect(pair.verification.text.revealed == Self.publicText)
        #expect(try WebhookVerificationKey(Self.publicText) == pair.verification)
        #expect(try WebhookVerificationKey(Self.pairText) == pair.verification)
        #expect(try WebhookVerificationKey(Self.secretText).text.revealed == Self.secretText)
        // The seed alone is the same key as the pair.
        let seed = try WebhookKey(Self.seedText)
        #expect(try WebhookKey(seed.text.revealed) == seed && seed.text.revealed.count == Self.pairText.count)
    }

    @Test("what is no key is refused for what it is")
    func noKeys() throws {
        #expect(throws: WebhookKey.Fault.publicKey) { try WebhookKey(Self.publicText) }
        #expect(throws: WebhookKey.Fault.prefixMissing) { try WebhookKey("hunter2") }
        #expect(throws: WebhookKey.Fault.secret(.length(3))) { try WebhookKey("whsec_AAAA") }
        #expect(throws: WebhookKey.Fault.signingKey(.length(3))) { try WebhookKey("whsk_AAAA") }
        #expect(throws: WebhookKey.Fault.signingKey(.notBase64(prefix: "whsk_"))) { try WebhookKey("whsk_*") }
        #expect(throws: WebhookKey.Fault.signingKey(.publicKeyLength(3))) { try WebhookVerificationKey("whpk_AAAA") }
        // Signing with another key's public half would give the private one away.
        let mixed = Self.pairText.prefix(60) + "A" + Self.pairText.dropFirst(61)
        #expect(throws: WebhookKey.Fault.signingKey(.halvesDiffer)) { try WebhookKey(String(mixed)) }
    }

    @Test("a made key is read again, and no two are the same", arguments: WebhookKey.Scheme.allCases)
    func made(scheme: WebhookKey.Scheme) throws {
        var random = RandomSource.system
        let key = try WebhookKey.make(scheme, random: &random)
        #expect(key.scheme == scheme)
        #expect(try WebhookKey(key.text.revealed) == key)
        #expect(try WebhookKey.make(scheme, random: &random) != key)
    }

    @Test("no way of printing an endpoint shows its secrets")
    func masked() throws {
        let endpoint = Endpoint(
            tenant: "acme", name: "crm", url: try HTTPURL("https://a.example/"),
            keys: [try WebhookKey(Self.secretText), try WebhookKey(Self.seedText)],
            types: .all, concurrency: 8, timeout: .seconds(15),
            headers: [EndpointHeader(name: "Authorization", value: "Bearer hunter2")])
        var shown = "\(endpoint) \(String(reflecting: endpoint))"
        dump(endpoint, to: &shown)
        #expect(!shown.contains("hunter2") && !shown.contains("49, 242, 144") && !shown.contains("84, 69, 83"))
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
