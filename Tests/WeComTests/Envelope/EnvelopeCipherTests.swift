import Crypto
import Testing

@testable import WeCom

@Suite struct EnvelopeCipherTests {
    let receiveIDs = ReceiveIDs(["ww1436e0e65a779aee"])

    private func credentials(
        _ current: CallbackCredentials.Pair, previous: CallbackCredentials.Pair? = nil
    ) -> CallbackCredentials {
        CallbackCredentials(current, previous: previous, receiveIDs: receiveIDs)
    }

    @Test("what is sealed opens again, for any message, receiveid and key")
    func roundTrip() throws {
        let seed: UInt64 = 4711
        var random = RandomSource.seeded(seed)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        for round in 0..<300 {
            let key = String((0..<43).map { _ in alphabet.randomElement(using: &random) ?? "A" })
            let token = String(key.prefix(Int.random(in: 1...32, using: &random)))
            let message = random.bytes(count: Int.random(in: 0...600, using: &random))
            let receiveID = String(key.suffix(Int.random(in: 0...40, using: &random)))
            let pair = try samplePair(token: token, key: key)
            let arrival = try sealed(message, receiveID: receiveID, pair: pair, seed: UInt64(round))
            let opened = try arrival.open(with: CallbackCredentials(pair, receiveIDs: ReceiveIDs([receiveID])))
            #expect(opened.message == message, "seed \(seed), round \(round)")
            #expect(text(opened.receiveID) == receiveID, "seed \(seed), round \(round)")
        }
    }

    @Test("one cipher opens callbacks of several sources in turn, also after refusals")
    func reuse() throws {
        var cipher = try EnvelopeCipher()
        let first = try samplePair()
        let second = try samplePair(token: "other", key: otherKey)
        let arrivals = [try sealed([1], pair: first), try sealed([2], pair: second)]
        for (arrival, pair) in [(0, first), (1, second), (0, second), (1, first), (0, first), (1, second)] {
            let sample = arrivals[arrival]
            let query = CallbackQuery(
                signature: sample.signature.span, timestamp: sample.timestamp.span, nonce: sample.nonce.span)
            do throws(EnvelopeFault) {
                let opened = try cipher.open(sample.encrypt.span, query, with: credentials(pair))
                #expect(opened.message == [UInt8(arrival + 1)])
            } catch {
                #expect(error == .signatureMismatch)
                #expect((arrival == 0) != (pair.token == first.token))
            }
        }
    }

    @Test("every proper prefix of Encrypt is refused, signed or not")
    func prefixes() throws {
        let pair = try samplePair()
        let whole = try sealed(Array("<xml><MsgType>text</MsgType></xml>".utf8), pair: pair)
        #expect(try whole.fault(with: credentials(pair)) == nil)
        for count in 0..<whole.encrypt.count {
            var cut = whole
            cut.encrypt = Array(whole.encrypt.prefix(count))
            #expect(try cut.fault(with: credentials(pair)) == .signatureMismatch, "\(count) characters")
            try cut.sign(token: sampleToken)
            let fault = try #require(try cut.fault(with: credentials(pair)), "\(count) characters")
            #expect([-40007, -40008, -40010].contains(fault.code), "\(count) characters: \(fault)")
        }
    }

    @Test("any changed character of what is signed is refused by the signature")
    func tampering() throws {
        let pair = try samplePair()
        let whole = try sealed([1, 2, 3], pair: pair)
        for part in [\Arrival.encrypt, \.timestamp, \.nonce, \.signature] {
            for index in whole[keyPath: part].indices {
                var changed = whole
                changed[keyPath: part][index] ^= 1
                #expect(try changed.fault(with: credentials(pair)) == .signatureMismatch)
            }
        }
    }

    @Test("a signature of another length is refused by its length", arguments: [0, 1, 39, 41, 80])
    func signatureLength(count: Int) throws {
        let pair = try samplePair()
        var arrival = try sealed([1], pair: pair)
        arrival.signature = Array((arrival.signature + arrival.signature).prefix(count))
        #expect(try arrival.fault(with: credentials(pair)) == .signatureLength(count))
    }

    @Test("an upper-case signature is refused, as by the vendor's library")
    func upperCase() throws {
        let pair = try samplePair()
        var arrival = try sealed([1], pair: pair)
        arrival.signature = Array(text(arrival.signature).uppercased().utf8)
        #expect(try arrival.fault(with: credentials(pair)) == .signatureMismatch)
    }

    @Test("no ciphertext at all is refused by its length")
    func emptyCiphertext() throws {
        let pair = try samplePair()
        #expect(
            try arrival(plaintext: [], pair: pair, token: sampleToken).fault(with: credentials(pair))
                == .ciphertextLength(0))
    }

    @Test(
        "lengths that lie are refused behind a right signature and a right key",
        arguments: [15, 0xffff_ffec, 0xffff_ffff])
    func lengthLies(declared: UInt32) throws {
        let pair = try samplePair()
        let plaintext =
            [UInt8](repeating: 1, count: 16) + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: declared >> UInt32($0)) }
            + Array("message".utf8) + [UInt8](repeating: 5, count: 5)
        let arrival = try arrival(plaintext: plaintext, pair: pair, token: sampleToken)
        #expect(try arrival.fault(with: credentials(pair)) == .lengthBeyondEnd(declared: declared, available: 7))
    }

    // MARK: - change of key

    @Test("during a change of key both pairs open, and the result says which did")
    func rotation() throws {
        let old = try samplePair(token: "oldToken", key: otherKey)
        let new = try samplePair()
        let both = credentials(new, previous: old)
        #expect(try sealed([1], pair: new).open(with: both).generation == .current)
        #expect(try sealed([1], pair: old).open(with: both).generation == .previous)
        #expect(try sealed([1], pair: old).fault(with: credentials(new)) == .signatureMismatch)
    }

    @Test("a change of the key alone, under the same token, opens with both too")
    func rotationOfKeyOnly() throws {
        let old = try samplePair(key: otherKey)
        let new = try samplePair()
        let arrival = try sealed(Array("hello".utf8), pair: old)
        #expect(try arrival.fault(with: credentials(new))?.code == -40008)
        let opened = try arrival.open(with: credentials(new, previous: old))
        #expect(opened.message == Array("hello".utf8))
        #expect(opened.generation == .previous)
    }

    @Test("a change of the token alone opens with both too")
    func rotationOfTokenOnly() throws {
        let old = try samplePair(token: "oldToken")
        let new = try samplePair()
        #expect(try sealed([1], pair: old).open(with: credentials(new, previous: old)).generation == .previous)
    }

    @Test("when neither pair opens, the fault of the one that got further is reported")
    func rotationFault() throws {
        let old = try samplePair(token: "oldToken", key: otherKey)
        let both = credentials(try samplePair(), previous: old)
        #expect(try sealed([1], receiveID: "ww2", pair: old).fault(with: both)?.code == -40005)
        #expect(try sealed([1], pair: samplePair(token: "third")).fault(with: both) == .signatureMismatch)
    }

    // MARK: - receiveids

    @Test("a set of receiveids accepts each of them, the empty one only when it is named")
    func receiveIDSet() throws {
        let pair = try samplePair()
        let corpAndSuite = CallbackCredentials(pair, receiveIDs: ReceiveIDs(["ww1", "dk2"]))
        for id in ["ww1", "dk2"] {
            #expect(try sealed([1], receiveID: id, pair: pair).fault(with: corpAndSuite) == nil)
        }
        for id in ["", "ww", "ww11", "WW1"] {
            #expect(try sealed([1], receiveID: id, pair: pair).fault(with: corpAndSuite)?.code == -40005, "'\(id)'")
        }
        let bot = CallbackCredentials(pair, receiveIDs: .none)
        #expect(try sealed([1], receiveID: "", pair: pair).fault(with: bot) == nil)
        let fault = try sealed([1], receiveID: "ww1", pair: pair).fault(with: bot)
        #expect(fault?.description == "the receiveid is 'ww1', accepted is none (empty)")
        let any = CallbackCredentials(pair, receiveIDs: .any)
        for id in ["", "wp-anything"] { #expect(try sealed([1], receiveID: id, pair: pair).fault(with: any) == nil) }
    }

    @Test("configured receiveids: a star is any, no id at all is the empty id")
    func configuredReceiveIDs() {
        #expect(ReceiveIDs(["*"]) == .any)
        #expect(ReceiveIDs([]) == .none)
        #expect(ReceiveIDs([""]) == .none)
        #expect(ReceiveIDs(["a", ""]) == .only([[0x61], []]))
    }
}
