import Crypto
import Testing

@testable import WeCom

@Suite struct EnvelopeInspectorTests {
    private func parameters(_ sample: Vectors.Sample) -> EnvelopeInspector.Parameters {
        EnvelopeInspector.Parameters(
            token: sample.token, key: sample.encodingAesKey, receiveIDs: ReceiveIDs([sample.receiveid]),
            signature: sample.msgSignature, timestamp: sample.timestamp, nonce: sample.nonce)
    }

    private func hello() throws -> (body: [UInt8], parameters: EnvelopeInspector.Parameters) {
        let sample = try Vectors.sample("official-xml-text-hello")
        return (Array((sample.body ?? "").utf8), parameters(sample))
    }

    @Test("a sound callback passes every stage and gives its message")
    func sound() throws {
        let (body, parameters) = try hello()
        let inspection = try EnvelopeInspector.open(body, parameters)
        #expect(inspection.fault == nil)
        #expect(text(try #require(inspection.opened).message).contains("<![CDATA[hello]]>"))
        #expect(
            inspection.description == """
                key         ok       43 characters
                body        ok       XML, Encrypt has 472 characters
                signature   ok       signed with this token
                decryption  ok       the message has 284 bytes
                receiveid   ok       'wx5823bf96d3bd56c7'
                """)
    }

    @Test("an echostr as it stands in an access log gives the answer to the URL verification")
    func echo() throws {
        let sample = try Vectors.sample("official-php-verifyurl")
        let inspection = try EnvelopeInspector.open(
            Array((sample.encrypt.replacing("+", with: "%2B") + "\n").utf8), parameters(sample))
        #expect(inspection.fault == nil)
        #expect(text(try #require(inspection.opened).message) == "1616140317555161061")
    }

    @Test("without a signature that stage is left out")
    func unsigned() throws {
        var (body, parameters) = try hello()
        parameters.signature = nil
        let inspection = try EnvelopeInspector.open(body, parameters)
        #expect(inspection.fault == nil)
        #expect(inspection.steps.contains { if case .skipped = $0.outcome { $0.stage == .signature } else { false } })
    }

    @Test("a wrong token under the right key is told apart from a foreign callback")
    func wrongToken() throws {
        var (body, parameters) = try hello()
        parameters.token = "QDG6eL"
        var inspection = try EnvelopeInspector.open(body, parameters)
        #expect(inspection.fault == .signatureMismatch)
        #expect(inspection.opened != nil)
        #expect(inspection.description.contains("the key opens it: the key is right"))
        parameters.key = otherKey
        inspection = try EnvelopeInspector.open(body, parameters)
        #expect(inspection.fault == .signatureMismatch)
        #expect(inspection.opened == nil)
        #expect(inspection.description.contains("the key does not open it either"))
    }

    @Test("the usual mistakes with a signature are named")
    func mistakes() throws {
        let (body, sound) = try hello()
        var parameters = sound
        parameters.signature = sound.signature?.uppercased()
        #expect(try EnvelopeInspector.open(body, parameters).description.contains("upper case or spaces"))
        parameters = sound
        parameters.token += " "
        #expect(try EnvelopeInspector.open(body, parameters).description.contains("the token has a space too many"))
        parameters = sound
        parameters.nonce = "%31372623149"
        #expect(try EnvelopeInspector.open(body, parameters).description.contains("still percent-encoded"))
        parameters = sound
        // SHA-1 over the sorted timestamp, nonce and token without Encrypt, as public accounts sign.
        var arrival = try Arrival(Vectors.sample("official-xml-text-hello"))
        arrival.encrypt = []
        try arrival.sign(token: sound.token)
        parameters.signature = text(arrival.signature)
        #expect(try EnvelopeInspector.open(body, parameters).description.contains("public account"))
    }

    @Test("a wrong receiveid shows the message, what came, what is accepted, and what it may be")
    func receiveID() throws {
        var (body, parameters) = try hello()
        parameters.receiveIDs = ReceiveIDs(["ww1"])
        let inspection = try EnvelopeInspector.open(body, parameters)
        #expect(inspection.fault?.code == -40005)
        #expect(inspection.opened != nil)
        #expect(
            inspection.description.contains(
                "-40005   the receiveid is 'wx5823bf96d3bd56c7', accepted is 'ww1'\n            hint     a suite's URL")
        )
        parameters.receiveIDs = nil
        #expect(try EnvelopeInspector.open(body, parameters).fault == nil)
    }

    @Test("a malformed key and a malformed body are told with their codes, and the rest is still looked at")
    func malformed() throws {
        var (body, parameters) = try hello()
        parameters.key.removeLast()
        let inspection = try EnvelopeInspector.open(body, parameters)
        #expect(inspection.fault == .keyMalformed(.wrongLength(42)))
        #expect(
            inspection.description.hasPrefix(
                "key         -40004   the EncodingAESKey has 42 characters, must have 43\n"))
        #expect(inspection.steps.map(\.stage) == [.key, .body, .signature])
        #expect(try EnvelopeInspector.open(Array("hello".utf8), parameters).steps.map(\.stage) == [.key, .body])
        body = Array("<xml>".utf8)
        parameters.key = sampleKey
        #expect(try EnvelopeInspector.open(body, parameters).fault?.code == -40002)
    }

    @Test("what the inspector seals it opens")
    func seal() throws {
        var random = RandomSource.seeded(3)
        let sealed = try EnvelopeInspector.seal(
            Array("<xml/>".utf8), token: sampleToken, key: " \(sampleKey) ", receiveID: "ww1", timestamp: 1_700_000_000,
            nonce: "abc", random: &random)
        let parameters = EnvelopeInspector.Parameters(
            token: sampleToken, key: sampleKey, receiveIDs: ReceiveIDs(["ww1"]), signature: "\(sealed.signature)",
            timestamp: "1700000000", nonce: "abc")
        for body in [sealed.callbackXML(toUserName: []), sealed.callbackJSON(), sealed.encrypt] {
            let inspection = try EnvelopeInspector.open(body, parameters)
            #expect(inspection.fault == nil)
            #expect(inspection.opened.map { text($0.message) } == "<xml/>")
        }
    }
}
