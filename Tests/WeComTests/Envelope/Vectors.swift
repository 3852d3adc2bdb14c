// Tests/Vectors/wecom.json: samples of the vendor and of public SDKs, each verified there with
// two independent implementations.

import Crypto
import FoundationEssentials
import TestBasics
import Testing
import WeCom

struct Vectors: Decodable {
    struct Sample: Decodable, Sendable {
        var id: String
        var kind: String
        var token: String
        var encodingAesKey: String
        var receiveid: String
        var timestamp: String?
        var nonce: String?
        var msgSignature: String?
        var encrypt: String
        var body: String?
        var plaintext: String
        var randomHex: String
        var padLen: Int
        var cipherBytes: Int
    }

    struct Negative: Decodable, Sendable {
        var id: String
        var encodingAesKey: String?
        var body: String?
    }

    var vectors: [Sample]
    var negative: [Negative]

    static func load() throws -> Vectors {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Vectors.self, from: Data(Repository.vectors("wecom.json")))
    }

    static func sample(_ id: String) throws -> Sample {
        guard let sample = try load().vectors.first(where: { $0.id == id }) else { throw NoSuchVector(id: id) }
        return sample
    }

    struct NoSuchVector: Error {
        var id: String
    }
}

extension Vectors.Sample: CustomTestStringConvertible {
    var testDescription: String { id }
}

extension Vectors.Sample {
    var pair: CallbackCredentials.Pair {
        get throws { CallbackCredentials.Pair(token: token, key: try EncodingAESKey(encodingAesKey)) }
    }

    var credentials: CallbackCredentials {
        get throws { CallbackCredentials(try pair, receiveIDs: ReceiveIDs([receiveid])) }
    }

    var random: InlineArray<16, UInt8> {
        let digits = Array(randomHex)
        return InlineArray { UInt8(String(digits[2 * $0...2 * $0 + 1]), radix: 16) ?? 0 }
    }
}
