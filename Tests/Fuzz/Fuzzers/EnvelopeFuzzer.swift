// Envelopes: the input as a body, as an Encrypt, as a plaintext under a ciphertext that is signed properly, and as a message
// that is sealed and opened again. The layout has a naive twin.

import Codec
import Crypto
import WeCom

extension Fuzzer {
    static let envelope = Fuzzer(
        name: "envelope", about: "bodies, ciphertexts, hostile plaintexts properly sealed, seal and open", sizeMax: 512,
        words: [
            "<xml>", "<Encrypt>", "</Encrypt></xml>", "<![CDATA[", "]]>", "{\"encrypt\":\"", "\"}", "AAAA", "\u{20}",
        ],
        seeds: { try Samples.envelopes() },
        check: { input in try EnvelopeCheck(input: input).run() })
}

private struct EnvelopeCheck {
    static let token = "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo"
    static let key = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"
    static let timestamp = Array("1700000000".utf8)
    static let nonce = Array("n".utf8)
    /// Made once: the same table of settings that a loop uses for every callback.
    static let credentials = Result {
        CallbackCredentials(
            CallbackCredentials.Pair(token: token, key: try EncodingAESKey(key)), receiveIDs: .any)
    }

    let input: [UInt8]

    func run() throws {
        try checkBody()
        try checkEncrypt()
        try checkPlaintext()
        try checkMessage()
    }

    // MARK: As a body

    private func checkBody() throws {
        let parameters = EnvelopeInspector.Parameters(
            token: Self.token, key: Self.key, signature: "0", timestamp: "1", nonce: "2")
        let inspection = try EnvelopeInspector.open(input, parameters)
        try require(inspection.fault != nil, "nobody signs with \"0\"")
        try require(!inspection.description.contains(Self.key), "an inspection does not show the key")

        let body: EnvelopeBody
        do throws(EnvelopeFault) {
            body = try EnvelopeBody(input.span)
        } catch {
            try require(error.reason == .body && !error.description.isEmpty, "a body's fault is the body's: \(error)")
            return
        }
        // A byte order mark stands first or nowhere.
        if input.first != 0xEF {
            let spaced = try EnvelopeBody((Array("\n ".utf8) + input).span)
            try require(spaced.encrypt == body.encrypt, "space before a body")
        }
        try require([.xml, .json].contains(body.format), "a body is XML or JSON")
    }

    // MARK: As an Encrypt

    private func open(_ encrypt: [UInt8]) throws -> Result<OpenedEnvelope, EnvelopeFault> {
        var cipher = try EnvelopeCipher()
        var sha1 = try SHA1()
        let signature = Array(
            try CallbackSignature(
                token: Array(Self.token.utf8).span, timestamp: Self.timestamp.span, nonce: Self.nonce.span,
                encrypt: encrypt.span, using: &sha1
            ).description.utf8)
        let credentials = try Self.credentials.get()
        let query = CallbackQuery(signature: signature.span, timestamp: Self.timestamp.span, nonce: Self.nonce.span)
        do throws(EnvelopeFault) {
            return .success(try cipher.open(encrypt.span, query, with: credentials))
        } catch {
            return .failure(error)
        }
    }

    private func checkEncrypt() throws {
        guard case .failure(let fault) = try open(input) else { return }
        try require(
            [.base64, .ciphertext, .padding, .length].contains(fault.reason), "a signed Encrypt's fault: \(fault)")
    }

    // MARK: As a plaintext

    private func checkPlaintext() throws {
        // The end decides: it is the padding. So whole blocks are made by leaving out bytes at the front.
        let plaintext = Array(input.suffix(input.count / AES256CBC.blockSize * AES256CBC.blockSize))
        var bytes = plaintext
        var aes = try AES256CBC()
        let key = try EncodingAESKey(Self.key)
        var span = bytes.mutableSpan
        try aes.encrypt(inPlace: &span, key: key.key, initialVector: key.initialVector)
        var encrypt: [UInt8] = []
        Base64.encode(bytes.span, appendingTo: &encrypt)

        let twin = NaiveLayout(plaintext)
        switch try open(encrypt) {
        case .success(let opened):
            try require(opened.message, equals: twin?.message ?? [0], "the message in a plaintext")
            try require(opened.receiveID, equals: twin?.receiveID ?? [0], "the receiveid in a plaintext")
            try require(plaintext.starts(with: opened.random.indices.map { opened.random[$0] }), "its random bytes")
        case .failure(let fault):
            try require(twin == nil, "the twin opens what is refused: \(fault)")
        }
    }

    // MARK: As a message

    private func checkMessage() throws {
        let message = Array(input.dropFirst(input.count / 4))
        let receiveID = Array(input.prefix(input.count / 4))
        var cipher = try EnvelopeCipher()
        let sealed = try cipher.seal(
            message, receiveID: receiveID, with: Self.credentials.get().current, timestamp: 1_700_000_000,
            nonce: Self.nonce, random: InlineArray { UInt8($0) })
        let opened = try open(sealed.encrypt).get()
        try require(opened.message == message && opened.receiveID == receiveID, "sealed and opened")

        let documents = [
            sealed.callbackXML(toUserName: Array("ww1".utf8), agentID: Array("1".utf8)), sealed.callbackJSON(),
            sealed.replyXML(), sealed.replyJSON(),
        ]
        for document in documents {
            try require(EnvelopeBody(document.span).encrypt == sealed.encrypt, "Encrypt found in its document")
        }
        var changed = sealed.encrypt
        changed[input.count % changed.count] ^= 1
        let signature = Array(sealed.signature.description.utf8)
        let query = CallbackQuery(signature: signature.span, timestamp: sealed.timestamp.span, nonce: Self.nonce.span)
        let credentials = try Self.credentials.get()
        do throws(EnvelopeFault) {
            _ = try cipher.open(changed.span, query, with: credentials)
        } catch {
            return try require(error, equals: .signatureMismatch, "a changed Encrypt")
        }
        throw BrokenProperty(description: "a changed Encrypt is opened")
    }
}

/// The plaintext as WECOM.md draws it, read by slicing: the padding from the end, the parts from the front.
private struct NaiveLayout {
    var message: [UInt8]
    var receiveID: [UInt8]

    init?(_ plaintext: [UInt8]) {
        guard let padding = plaintext.last.map({ Int($0) }), padding > 0, padding <= 32, padding <= plaintext.count,
            plaintext.suffix(padding).allSatisfy({ Int($0) == padding })
        else { return nil }
        var rest = plaintext.dropLast(padding)
        guard rest.count >= 20 else { return nil }
        rest = rest.dropFirst(16)
        let length = rest.prefix(4).reduce(0) { $0 * 256 + Int($1) }
        rest = rest.dropFirst(4)
        guard length <= rest.count else { return nil }
        message = Array(rest.prefix(length))
        receiveID = Array(rest.dropFirst(length))
    }
}
