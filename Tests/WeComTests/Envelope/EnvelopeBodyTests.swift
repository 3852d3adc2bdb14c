import Codec
import Crypto
import Testing

@testable import WeCom

@Suite struct EnvelopeBodyTests {
    private func body(_ text: String) throws -> EnvelopeBody { try EnvelopeBody(Array(text.utf8).span) }

    private func refusal(of text: String) -> EnvelopeFault? {
        do throws(EnvelopeFault) {
            _ = try EnvelopeBody(Array(text.utf8).span)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "Encrypt is found in XML whatever its case, its place and its neighbours",
        arguments: [
            "<xml><Encrypt>a+/=</Encrypt></xml>",
            "<xml><encrypt>a+/=</encrypt></xml>",
            "<xml><ENCRYPT><![CDATA[a+/=]]></ENCRYPT></xml>",
            "<xml><AgentID/><ToUserName><![CDATA[ww]]></ToUserName><Encrypt><![CDATA[a+/=]]></Encrypt></xml>",
            "<?xml version=\"1.0\"?>\n<!-- a comment -->\n<xml>\n <Encrypt a=\"1\">a+/=</Encrypt>\n</xml>\n",
            "\u{feff}<xml><Encrypt>a+/=</Encrypt></xml>",
            "  \r\n<envelope><Encrypt><![CDATA[a+]]><![CDATA[/=]]></Encrypt></envelope>",
            "<xml><Encrypt>a&#43;&#x2f;=</Encrypt></xml>",
            "<xml><Other><Encrypt>not this one</Encrypt></Other><Encrypt>a+/=</Encrypt></xml>",
        ])
    func xml(text: String) throws {
        let body = try body(text)
        #expect(body.format == .xml)
        #expect(String(decoding: body.encrypt, as: UTF8.self) == "a+/=")
    }

    @Test(
        "Encrypt is found in JSON whatever its case, its place and its neighbours",
        arguments: [
            "{\"encrypt\":\"a+/=\"}",
            "{\"Encrypt\":\"a+\\/=\"}",
            "{\"ENCRYPT\":\"\\u0061+/=\"}",
            " \n{ \"tousername\" : \"ww\", \"encrypt\" : \"a+/=\", \"agentid\" : 218 } \n",
            "\u{feff}{\"encrypt\":\"a+/=\"}",
            "{\"other\":{\"encrypt\":\"not this one\",\"list\":[1,{\"encrypt\":2}]},\"encrypt\":\"a+/=\",\"x\":null}",
            "{\"\\u0065ncrypt\":\"a+/=\"}",
        ])
    func json(text: String) throws {
        let body = try body(text)
        #expect(body.format == .json)
        #expect(String(decoding: body.encrypt, as: UTF8.self) == "a+/=")
    }

    @Test(
        "a body without one Encrypt of text is refused with -40002, saying why",
        arguments: [
            ("", "the body is empty"),
            (" \r\n", "the body is empty"),
            ("hello", "the body is neither XML nor JSON: it begins with 'h', must begin with '<' or '{'"),
            (
                "[{\"encrypt\":\"a\"}]",
                "the body is neither XML nor JSON: it begins with '[', must begin with '<' or '{'"
            ),
            ("<xml></xml>", "the XML body has no Encrypt at its top level"),
            ("<xml/>", "the XML body has no Encrypt at its top level"),
            ("<Encrypt>a</Encrypt>", "the XML body has no Encrypt at its top level"),
            ("<xml><a><Encrypt>a</Encrypt></a></xml>", "the XML body has no Encrypt at its top level"),
            ("<xml><Encrypt>a</Encrypt><encrypt>b</encrypt></xml>", "the XML body has more than one Encrypt"),
            ("<xml><Encrypt><b>a</b></Encrypt></xml>", "Encrypt in the XML body is not a text"),
            ("{}", "the JSON body has no Encrypt at its top level"),
            ("{\"a\":{\"encrypt\":\"a\"}}", "the JSON body has no Encrypt at its top level"),
            ("{\"encrypt\":\"a\",\"Encrypt\":\"b\"}", "the JSON body has more than one Encrypt"),
            ("{\"encrypt\":7}", "Encrypt in the JSON body is not a text"),
            ("{\"encrypt\":{\"encrypt\":\"a\"}}", "Encrypt in the JSON body is not a text"),
        ])
    func refused(text: String, message: String) {
        #expect(refusal(of: text)?.code == -40002)
        #expect(refusal(of: text)?.description == message)
    }

    @Test(
        "what is not well-formed is refused with -40002 and its place",
        arguments: [
            "<xml><Encrypt>a</Encrypt>", "<xml><Encrypt>a</xml>", "<xml><Encrypt>a</Encrypt></xml><xml/>",
            "<xml>&x;</xml>",
            "<!DOCTYPE x [<!ENTITY y \"z\">]><xml><Encrypt>&y;</Encrypt></xml>", "<", "{", "{\"encrypt\":\"a\"",
            "{\"encrypt\":\"a\"}}", "{\"encrypt\":\"a\",}", "{\"encrypt\":'a'}", "{\"encrypt\":\"\\ud800\"}",
        ])
    func malformed(text: String) throws {
        let fault = try #require(refusal(of: text))
        #expect(fault.code == -40002)
        guard case .bodyMalformed(_, let error) = fault else {
            Issue.record("\(fault)")
            return
        }
        #expect((0...text.utf8.count).contains(error.offset))
    }

    @Test("every prefix of an envelope's body is refused, XML and JSON")
    func prefixes() throws {
        for id in ["official-xml-text-hello", "official-json-callback-lower-keys"] {
            let body = Array(try #require(try Vectors.sample(id).body).utf8)
            #expect(throws: Never.self) { _ = try EnvelopeBody(body.span) }
            for count in body.indices {
                let cut = Array(body.prefix(count))
                #expect(throws: EnvelopeFault.self, "\(count) bytes") { _ = try EnvelopeBody(cut.span) }
            }
        }
    }

    @Test("bodies with bytes changed, dropped and doubled are read or refused, and never yield what was not there")
    func mutations() throws {
        let seed: UInt64 = 1409
        var random = RandomSource.seeded(seed)
        let bodies = try Vectors.load().vectors.compactMap(\.body).map { Array($0.utf8) }
        for round in 0..<3000 {
            var body = bodies[round % bodies.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<body.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: body[index] = UInt8.random(in: 0...255, using: &random)
                case 1: body.remove(at: index)
                default: body.insert(body[index], at: index)
                }
            }
            do throws(EnvelopeFault) {
                let encrypt = try EnvelopeBody(body.span).encrypt
                #expect(encrypt.count <= body.count, "seed \(seed), round \(round)")
            } catch {
                #expect(error.reason == .body, "seed \(seed), round \(round)")
            }
        }
    }

    @Test("spaces inside an echostr are the plus signs they were before a form decoder took them")
    func echo() {
        #expect(EnvelopeBody(echo: Array("ab c d=".utf8)).encrypt == Array("ab+c+d=".utf8))
        #expect(EnvelopeBody(echo: Array("ab+c/d=".utf8)).encrypt == Array("ab+c/d=".utf8))
    }

    @Test(
        "a pasted echostr is taken with spaces around, percent-encoded or decoded",
        arguments: ["ab+/cd==", "ab%2B%2Fcd%3D%3D", " ab+/cd==\n", "ab%2b/cd==\n"])
    func pasted(text: String) throws {
        let body = try EnvelopeBody(pasted: Array(text.utf8))
        #expect(body.format == .echo)
        #expect(String(decoding: body.encrypt, as: UTF8.self) == "ab+/cd==")
    }

    @Test("what is pasted and looks like nothing is refused with -40002", arguments: ["hello", "", "%zz", "a b"])
    func pastedNonsense(text: String) {
        let fault = #expect(throws: EnvelopeFault.self) { _ = try EnvelopeBody(pasted: Array(text.utf8)) }
        #expect(fault?.code == -40002)
    }
}
