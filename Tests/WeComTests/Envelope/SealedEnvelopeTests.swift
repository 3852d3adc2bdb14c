import Crypto
import Testing

@testable import WeCom

@Suite struct SealedEnvelopeTests {
    let sample: Vectors.Sample
    let sealed: SealedEnvelope

    init() throws {
        sample = try Vectors.sample("gen-pad-1")
        var cipher = try EnvelopeCipher()
        sealed = try cipher.seal(
            Array(sample.plaintext.utf8), receiveID: Array(sample.receiveid.utf8), with: sample.pair,
            timestamp: 1_700_000_000, nonce: Array("n1".utf8), random: sample.random)
    }

    @Test("the reply to an app is the vendor's XML, the timestamp without CDATA")
    func replyXML() {
        #expect(
            text(sealed.replyXML())
                == "<xml><Encrypt><![CDATA[\(sample.encrypt)]]></Encrypt>"
                + "<MsgSignature><![CDATA[4ff6749cb427bbbcd97fe3ca8d07aea60451d35b]]></MsgSignature>"
                + "<TimeStamp>1700000000</TimeStamp><Nonce><![CDATA[n1]]></Nonce></xml>")
    }

    @Test("the reply to an AI bot is JSON with a number for the timestamp and the nonce it was given")
    func replyJSON() {
        #expect(
            text(sealed.replyJSON())
                == "{\"encrypt\":\"\(sample.encrypt)\",\"msgsignature\":\"4ff6749cb427bbbcd97fe3ca8d07aea60451d35b\","
                + "\"timestamp\":1700000000,\"nonce\":\"n1\"}")
    }

    @Test("a nonce cannot leave its place in either reply")
    func hostileNonce() throws {
        var hostile = sealed
        hostile.nonce = Array("]]></Nonce>\"\\".utf8)
        #expect(text(hostile.replyXML()).hasSuffix("<Nonce><![CDATA[]]]]><![CDATA[></Nonce>\"\\]]></Nonce></xml>"))
        #expect(text(hostile.replyJSON()).hasSuffix("\"nonce\":\"]]></Nonce>\\\"\\\\\"}"))
        hostile.nonce = Array("a&b=c".utf8)
        #expect(text(hostile.query()).hasSuffix("&timestamp=1700000000&nonce=a%26b%3Dc"))
    }

    @Test("the bodies of callbacks are read back by the way in")
    func callbacks() throws {
        let xml = sealed.callbackXML(toUserName: Array("ww1".utf8), agentID: Array("218".utf8))
        #expect(text(xml).hasPrefix("<xml><ToUserName><![CDATA[ww1]]></ToUserName><Encrypt><![CDATA["))
        #expect(text(xml).hasSuffix("]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>"))
        #expect(try EnvelopeBody(xml.span).encrypt == sealed.encrypt)
        #expect(!text(sealed.callbackXML(toUserName: [])).contains("AgentID"))
        #expect(try EnvelopeBody(sealed.callbackJSON().span).encrypt == sealed.encrypt)
    }

    @Test("the query of a URL verification is percent-encoded as the vendor's sample is")
    func query() throws {
        let sample = try Vectors.sample("official-php-verifyurl")
        var cipher = try EnvelopeCipher()
        let sealed = try cipher.seal(
            Array(sample.plaintext.utf8), receiveID: Array(sample.receiveid.utf8), with: sample.pair,
            timestamp: 1_409_659_589, nonce: Array("263014780".utf8), random: sample.random)
        #expect(
            text(sealed.query(echo: true))
                == "msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589&nonce=263014780&echostr="
                + "P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D")
    }
}
