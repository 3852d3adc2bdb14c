import Testing

@testable import Gateway

@Suite("HTTPURL")
struct HTTPURLTests {
    @Test("a URL falls into what is connected to and what is asked for")
    func parts() throws {
        let url = try HTTPURL("https://CRM.example.com:9443/hooks/a?b=c/d")
        #expect(url.scheme == .https && url.host == "crm.example.com" && url.port == 9443)
        #expect(url.target == "/hooks/a?b=c/d")
        #expect(url.authority == "crm.example.com:9443")
        #expect(url.text == "https://CRM.example.com:9443/hooks/a?b=c/d")
    }

    @Test("port and path have their defaults, and the default port is not shown")
    func defaults() throws {
        let https = try HTTPURL("HTTPS://a.example")
        #expect(https.port == 443 && https.target == "/" && https.authority == "a.example")
        let http = try HTTPURL("http://a.example?x")
        #expect(http.port == 80 && http.target == "/?x")
        #expect(try HTTPURL("http://a.example:443/").authority == "a.example:443")
    }

    @Test("a literal IPv6 address stands in brackets, which are not part of the host")
    func literal() throws {
        let url = try HTTPURL("https://[2001:db8::1]:8443/")
        #expect(url.host == "2001:db8::1" && url.port == 8443 && url.authority == "[2001:db8::1]:8443")
        #expect(try HTTPURL("https://[::1]").authority == "[::1]")
    }

    @Test(
        "what two readers could read differently is refused",
        arguments: [
            ("ftp://a.example/", HTTPURL.Fault.scheme), ("//a.example/", .scheme), ("a.example", .scheme),
            ("", .scheme),
            ("https:/a.example", .scheme), ("https://", .host), ("https:///path", .host), ("https://?x", .host),
            ("https://user@a.example/", .user), ("https://a.example@b.example/", .user),
            ("https://a.example/#x", .fragment), ("https://a.example/a b", .character),
            ("https://a.example/\r\nX: y", .character), ("https://a.example\\@b/", .character),
            ("https://ä.example/", .character), ("https://a.example:0/", .port), ("https://a.example:65536/", .port),
            ("https://a.example:/", .port), ("https://a.example:+1/", .port), ("https://a:1:2/", .port),
            ("https://[::1/", .host), ("https://[]/", .host), ("https://[::1]x/", .host), ("https://[zz]/", .host),
            ("https://a!b.example/", .host), ("https://[fe80::1%25eth0]/", .host), ("https://[::1%eth0]/", .host),
            ("https://[127.0.0.1]/", .host), ("https://[1:2]/", .host), ("https://[::ffff:127.0.0.256]/", .host),
            ("https://a.example./", .emptyLabel), ("https://127.0.0.1./", .emptyLabel), ("https://.a/", .emptyLabel),
            ("https://a..example/", .emptyLabel), ("https://./", .emptyLabel),
            ("https://\(String(repeating: "a", count: 64)).example/", .host),
            // What resolvers take for 127.0.0.1, by inet_aton(3).
            ("https://127.1/", .addressSpelling), ("https://127.0.1/", .addressSpelling),
            ("https://2130706433/", .addressSpelling), ("https://017700000001/", .addressSpelling),
            ("https://0x7f000001/", .addressSpelling), ("https://0X7F.1/", .addressSpelling),
            ("https://0x7f.0x0.0x0.0x1/", .addressSpelling), ("https://0177.0.0.1/", .addressSpelling),
            ("https://127.0.0.01/", .addressSpelling), ("https://127.0.0.0x1/", .addressSpelling),
            ("https://00127.0.0.1/", .addressSpelling), ("https://127.0.0.1.1/", .addressSpelling),
            ("https://127.0.0.256/", .addressSpelling), ("https://a.example.1/", .addressSpelling),
            ("https://0x/", .addressSpelling),
        ])
    func refused(_ text: String, _ fault: HTTPURL.Fault) {
        #expect(throws: fault) { try HTTPURL(text) }
    }

    @Test("what only begins like a number is a name")
    func names() throws {
        for host in ["1.a", "0x7f.example", "2130706433.de", "127.0.0.1.xip.example", "1-2", "0xg", "a_b.example"] {
            #expect(try HTTPURL("https://\(host)/").host == host)
        }
        #expect(try HTTPURL("https://127.0.0.1/").host == "127.0.0.1")
    }

    @Test("people see no keys that stand in it, whichever way it is printed")
    func masked() throws {
        let url = try HTTPURL("https://a.example/hook/6f1c0f4ab86e4d1c9d3e5a7b/x?key=hunter2")
        var shown = "\(url) \(String(reflecting: url)) \([url])"
        dump(url, to: &shown)
        #expect(shown.contains("https://a.example/hook/••••/x?••••"))
        #expect(!shown.contains("hunter2") && !shown.contains("6f1c0f4"))
    }

    @Test("a URL has a largest length")
    func length() throws {
        let path = String(repeating: "a", count: HTTPURL.byteCountMax - "https://a/".count)
        _ = try HTTPURL("https://a/" + path)
        #expect(throws: HTTPURL.Fault.tooLong) { try HTTPURL("https://a/" + path + "a") }
    }
}
