import Testing

@testable import WeCom

@Suite struct EnvelopeVectorTests {
    @Test(
        "every positive vector opens to its message, random bytes and receiveid", arguments: try Vectors.load().vectors)
    func opens(sample: Vectors.Sample) throws {
        let opened = try Arrival(sample).open(with: sample.credentials)
        #expect(text(opened.message) == sample.plaintext)
        #expect(text(opened.receiveID) == sample.receiveid)
        #expect(equal(opened.random, sample.random))
        #expect(opened.generation == .current)
    }

    @Test(
        "sealing a vector's message with its random bytes gives its ciphertext", arguments: try Vectors.load().vectors)
    func seals(sample: Vectors.Sample) throws {
        var cipher = try EnvelopeCipher()
        let sealed = try cipher.seal(
            Array(sample.plaintext.utf8), receiveID: Array(sample.receiveid.utf8), with: sample.pair,
            timestamp: Int64(sample.timestamp ?? "0") ?? 0, nonce: Array((sample.nonce ?? "").utf8),
            random: sample.random)
        #expect(text(sealed.encrypt) == sample.encrypt)
        if let signature = sample.msgSignature { #expect(sealed.signature.description == signature) }
    }

    @Test(
        "a vector's body, and its bare echostr, yield Encrypt as received",
        arguments: try Vectors.load().vectors)
    func bodies(sample: Vectors.Sample) throws {
        if let body = sample.body {
            #expect(try text(EnvelopeBody(Array(body.utf8).span).encrypt) == sample.encrypt)
        }
        #expect(text(EnvelopeBody(echo: Array(sample.encrypt.utf8)).encrypt) == sample.encrypt)
    }

    @Test("a changed signature is refused with -40001")
    func badSignature() throws {
        let sample = try Vectors.sample("official-xml-text-hello")
        var arrival = try Arrival(sample)
        arrival.signature[39] = UInt8(ascii: "7")
        #expect(try arrival.fault(with: sample.credentials) == .signatureMismatch)
        #expect(EnvelopeFault.signatureMismatch.code == -40001)
    }

    @Test("a signature over another nonce is refused with -40001")
    func wrongNonce() throws {
        let sample = try Vectors.sample("wechatpy-verifyurl")
        var arrival = try Arrival(sample)
        arrival.nonce = Array("437374424".utf8)
        #expect(try arrival.fault(with: sample.credentials)?.code == -40001)
    }

    @Test("another receiveid is refused with -40005, naming what came and what is accepted")
    func receiveID() throws {
        let sample = try Vectors.sample("go-workwx-post-text-real")
        let credentials = CallbackCredentials(try sample.pair, receiveIDs: ReceiveIDs(["ww6a112864f8022910"]))
        let fault = try #require(try Arrival(sample).fault(with: credentials))
        #expect(fault.code == -40005)
        #expect(fault.description == "the receiveid is 'wwf181555a13a31443', accepted is 'ww6a112864f8022910'")
    }

    @Test("the malformed keys are refused with -40004")
    func keys() throws {
        let keys = try Vectors.load().negative.compactMap(\.encodingAesKey)
        #expect(keys.count == 3)
        for key in keys {
            let fault = #expect(throws: EnvelopeFault.self) { _ = try EncodingAESKey(key) }
            #expect(fault?.code == -40004)
        }
    }

    @Test("the malformed bodies are refused with -40002")
    func malformedBodies() throws {
        let bodies = try Vectors.load().negative.compactMap(\.body)
        #expect(bodies.count == 2)
        for body in bodies {
            let fault = #expect(throws: EnvelopeFault.self) { _ = try EnvelopeBody(Array(body.utf8).span) }
            #expect(fault?.code == -40002)
        }
    }

    @Test("another key is refused with -40008")
    func wrongKey() throws {
        let sample = try Vectors.sample("official-xml-text-hello")
        let credentials = CallbackCredentials(
            try samplePair(token: sample.token, key: otherKey), receiveIDs: ReceiveIDs([sample.receiveid]))
        #expect(try Arrival(sample).fault(with: credentials)?.code == -40008)
    }

    @Test("a ciphertext without its last block is refused with -40008")
    func truncated() throws {
        let sample = try Vectors.sample("official-xml-text-hello")
        var arrival = try Arrival(sample)
        // 352 bytes in base64 end with an odd byte and "=="; 336 bytes are 448 characters exactly.
        arrival.encrypt = Array(arrival.encrypt.prefix(448))
        try arrival.sign(token: sample.token)
        #expect(try arrival.fault(with: sample.credentials)?.code == -40008)
    }

    @Test("a ciphertext of no whole blocks is refused with -40007")
    func notWholeBlocks() throws {
        let sample = try Vectors.sample("official-xml-text-hello")
        var arrival = try Arrival(sample)
        // 349 bytes are 116 groups of base64 and one byte more.
        arrival.encrypt = Array(arrival.encrypt.prefix(465)) + Array("A==".utf8)
        try arrival.sign(token: sample.token)
        #expect(try arrival.fault(with: sample.credentials) == .ciphertextLength(349))
    }

    @Test("what is not base64 is refused with -40010")
    func badBase64() throws {
        let sample = try Vectors.sample("official-xml-text-hello")
        var arrival = try Arrival(sample)
        arrival.encrypt = Array("@@@".utf8)
        try arrival.sign(token: sample.token)
        #expect(try arrival.fault(with: sample.credentials)?.code == -40010)
    }
}
