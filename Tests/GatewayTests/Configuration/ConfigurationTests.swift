import Events
import Language
import Loop
import Redis
import Telemetry
import TestBasics
import Testing
import WeCom

@testable import Gateway

@Suite("Configuration")
struct ConfigurationTests {
    static let key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

    func read(_ text: String, _ variables: [String: String] = [:]) -> ConfigurationReading {
        let surroundings = Surroundings(
            variables: variables,
            secretFile: { path throws(SecretFile.Fault) in throw .unreadable(reason: "No such file or directory") })
        return ConfigurationReading(of: SourceFile(name: "weir.conf", text: text), in: surroundings)
    }

    @Test("an empty file is a valid configuration: the defaults")
    func empty() throws {
        let reading = read("")
        let configuration = try #require(reading.configuration)
        #expect(reading.findings.isEmpty)
        for setting in Setting.table { #expect(setting.isSame(configuration, Configuration()), "\(setting.name)") }
        #expect(configuration.publicListener.listen.description == "0.0.0.0:8443")
        #expect(configuration.operationsListener.description == "127.0.0.1:9464")
        #expect(configuration.redis == nil && configuration.plainListener == nil)
        #expect(configuration.delivery.schedule.count == 10)
    }

    @Test("the text of `weir config default` is valid and changes nothing")
    func defaultText() throws {
        let reading = read(ConfigurationText.commentedDefault())
        let configuration = try #require(reading.configuration, "\(reading.findings.rendered)")
        #expect(reading.findings.isEmpty)
        for setting in Setting.table { #expect(setting.isSame(configuration, Configuration()), "\(setting.name)") }
    }

    @Test("the text of `weir config default` is the one that was reviewed (Golden/default.conf)")
    func defaultTextReviewed() throws {
        let reviewed = GoldenFile(Repository.path("Tests/GatewayTests/Golden/default.conf"))
        let text = ConfigurationText.commentedDefault()
        #expect(try text == reviewed.expected(for: text))
    }

    @Test("what `weir config default` shows in comments is valid too, once the comments are taken away")
    func defaultTextUncommented() throws {
        let text = ConfigurationText.commentedDefault().split(separator: "\n").map { line -> Substring in
            let bare = line.drop { $0 == " " }
            let inner = bare.dropFirst(2)
            let isSetting = Setting.table.contains { inner.hasPrefix("\($0.word) ") && $0.default == nil }
            return isSetting ? inner : line
        }.joined(separator: "\n")
        let example = text.split(separator: "\n").drop { !$0.hasPrefix("# tenant \"") }.map { $0.dropFirst(2) }
        let settings = text.split(separator: "\n").prefix { !$0.hasPrefix("# tenant \"") }
        let variables = [
            "DEMO_TOKEN": "token1", "DEMO_AES_KEY": Self.key, "PHONES_SECRET": "a-secret-of-a-sensible-length",
            "DEMO_WEBHOOK_SECRET": EndpointTests.secretText,
        ]
        let reading = read((settings + example).joined(separator: "\n"), variables)
        let configuration = try #require(reading.configuration, "\(reading.findings.rendered)")
        #expect(reading.findings.isEmpty, "\(reading.findings.rendered)")
        #expect(configuration.plainListener?.description == "0.0.0.0:8080")
        #expect(configuration.redis == .init(unixPath: "/run/redis.sock"))
        #expect(configuration.delivery.trust == "Certs/dev/ca.pem")
        #expect(configuration.tenants.map(\.name) == ["demo"])
    }

    @Test("a tenant's sources and webhooks come out as values")
    func tenant() throws {
        let reading = read(
            """
            callbacks { dedupe-window 12h }
            delivery { concurrency 4 private-networks ["127.0.0.0/8"] ports ["443", "8000-9999"] }
            tenant "demo" {
                source "demo-app" {
                    kind wecom   account "sales"   token env:TOKEN   aes-key env:KEY   receive-ids ["ww1", "ww2"]
                    previous { token env:TOKEN  aes-key env:KEY }   tolerance off
                }
                source "bot" { kind wecom  token env:TOKEN  aes-key env:KEY  receive-ids [""] }
                source "phones" {
                    kind instance   accounts { "guid-1" "sales-1"  "guid-2" "sales-2" }
                    hmac env:PHONES   previous-hmac "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"   tolerance 5m
                }
                source "guarded" { kind instance  header "X-Secret" env:PHONES  allow ["10.0.0.0/8", "::1"] }
                webhook "crm" {
                    url "https://127.0.0.1:9443/hooks"  secret env:SECRET  types [message.*, account.login]
                    timeout 20s  headers { "Authorization" "Bearer x" }
                }
                webhook "all" {
                    url "https://b.example/"  secret env:SECRET  previous-secret env:SECRET
                    rate 50 per second  schedule [0s, 1m]
                }
            }
            """,
            [
                "TOKEN": "token1", "KEY": Self.key, "PHONES": "a-secret-of-a-sensible-length",
                "SECRET": EndpointTests.secretText,
            ])
        let configuration = try #require(reading.configuration, "\(reading.findings.rendered)")
        #expect(reading.findings.isEmpty, "\(reading.findings.rendered)")
        let tenant = try #require(configuration.tenants.first)

        guard case .wecom(let app) = tenant.sources[0].kind, case .wecom(let bot) = tenant.sources[1].kind,
            case .instance(let phones) = tenant.sources[2].kind, case .instance(let guarded) = tenant.sources[3].kind
        else {
            Issue.record("the kinds of the sources are not those of the file")
            return
        }
        #expect(app.account == "sales" && app.tolerance == nil)
        #expect(app.credentials.revealed.previous != nil)
        #expect(app.credentials.revealed.receiveIDs == .only([Array("ww1".utf8), Array("ww2".utf8)]))
        #expect(bot.account == "bot" && bot.tolerance == .seconds(600))
        #expect(tenant.sources[0].path == "/callback/demo-app")
        #expect(phones.account(ofGUID: "guid-2") == "sales-2" && phones.account(ofGUID: "guid-9") == "guid-9")
        guard case .hmac(let key, let previous, .seconds(300)) = phones.authentication else {
            Issue.record("phones is not signed")
            return
        }
        #expect(key.revealed == Array("a-secret-of-a-sensible-length".utf8) && previous?.revealed.count == 24)
        guard case .header("x-secret", _) = guarded.authentication else {
            Issue.record("guarded has no header")
            return
        }
        #expect(guarded.allowed.map(\.description) == ["10.0.0.0/8", "::1/128"])

        let crm = tenant.endpoints[0]
        #expect(crm.id.text == "demo/crm" && crm.concurrency == 4 && crm.timeout == .seconds(20))
        #expect(crm.types.contains(.messageReceived) && crm.types.contains(.accountLogin))
        #expect(!crm.types.contains(.accountLogout))
        #expect(crm.headers == [EndpointHeader(name: "Authorization", value: "Bearer x")])
        #expect(crm.rate == nil && crm.schedule == nil)
        #expect(tenant.endpoints[1].rate == Rate(count: 50, period: .second))
        #expect(tenant.endpoints[1].schedule?.delays == [.zero, .seconds(60)])
        #expect(tenant.endpoints[1].types == .all && tenant.endpoints[1].keys.count == 2)
    }

    @Test("every setting has a row with a reason, and rows, words and variables are unique")
    func table() {
        #expect(Set(Setting.table.map(\.name)).count == Setting.table.count)
        #expect(Set(Setting.table.map(\.variable)).count == Setting.table.count)
        for setting in Setting.table {
            #expect(!setting.why.isEmpty && setting.why.hasSuffix("."), "\(setting.name)")
            #expect((setting.default == nil) == (setting.example != nil), "\(setting.name)")
            if let block = setting.block { #expect(Setting.blocks.contains { $0.name == block }, "\(setting.name)") }
        }
        for block in Setting.blocks { #expect(Setting.table.contains { $0.block == block.name }, "\(block.name)") }
    }

    @Test("a variable goes before the file, for every setting")
    func everyVariable() throws {
        for setting in Setting.table {
            let value = try #require(setting.default ?? setting.example)
            let reading = read("", [setting.variable: value])
            #expect(reading.configuration != nil, "\(setting.variable): \(reading.findings.rendered)")
        }
        let reading = read(
            "edge { body-limit 1MB } plain { listen \"0.0.0.0:80\" }",
            [
                "WEIR_EDGE_BODY_LIMIT": "512KB", "WEIR_PUBLIC_LISTEN": "[::]:443", "WEIR_DATA": "/srv/my data",
                "WEIR_PUBLIC_CERTIFICATES": "/a/x, /b/y", "WEIR_DELIVERY_SCHEDULE": "0s,1m", "WEIR_LOG_LEVEL": "debug",
                "WEIR_PLAIN_LISTEN": "",
            ])
        let configuration = try #require(reading.configuration, "\(reading.findings.rendered)")
        #expect(configuration.edge.bodyLimit == 512 << 10)
        #expect(configuration.publicListener.listen == SocketAddress("[::]:443"))
        #expect(configuration.data == "/srv/my data")
        #expect(configuration.publicListener.certificates == ["/a/x", "/b/y"])
        #expect(configuration.delivery.schedule == [.zero, .seconds(60)])
        #expect(configuration.log.level == .debug)
        #expect(configuration.plainListener == SocketAddress("0.0.0.0:80"), "an empty variable is an unset one")
    }

    @Test("a message about a variable names it and points into it")
    func variableMessage() {
        let reading = read("", ["WEIR_EDGE_BODY_LIMIT": "lots"])
        #expect(reading.configuration == nil)
        #expect(reading.findings.rendered.contains("WEIR_EDGE_BODY_LIMIT:1:1: error:"))
        #expect(reading.findings.rendered.contains("1 | lots"))
    }

    @Test("a misspelt variable is asked about, an unrelated one is left alone")
    func misspeltVariable() {
        let near = read("", ["WEIR_EDGE_BODYLIMIT": "1MB"])
        #expect(near.configuration != nil)
        #expect(near.findings.rendered.contains("did you mean WEIR_EDGE_BODY_LIMIT?"))
        #expect(read("", ["WEIR_SERVICE_HOST": "10.0.0.1", "WEIR_PORT": "tcp://10.0.0.1:80"]).findings.isEmpty)
    }

    @Test("no byte sequence makes the reader trap, and every finding has a place")
    func mutations() {
        let seed: UInt64 = 2026
        var random = SplitMix64(seed: seed)
        let sample = Array(ConfigurationText.commentedDefault().utf8.filter { $0 != UInt8(ascii: "#") })
        for run in 0..<150 {
            var bytes = Array(sample.dropFirst(Int.random(in: 0..<sample.count, using: &random)).prefix(600))
            for _ in 0..<8 where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let reading = ConfigurationReading(
                of: SourceFile(name: "m", bytes: bytes),
                in: Surroundings(
                    variables: [:], secretFile: { path throws(SecretFile.Fault) in throw .tooLarge }))
            if reading.configuration == nil {
                #expect(reading.findings.hasErrors, "seed \(seed), run \(run)")
            }
        }
    }
}
