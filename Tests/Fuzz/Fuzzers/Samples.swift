// What runs start from: the golden cases of the other tests and the vectors.

import Codec
import Crypto
import FoundationEssentials
import TestBasics
import WeCom

enum Samples {
    /// Inner documents of callbacks and bodies of instance providers.
    static func callbacks() throws -> [[UInt8]] {
        try GoldenCase.all(in: "Tests/WeComTests/Golden/Events", parts: 2).map { Array($0.given[0].utf8) }
    }

    /// Records: what the golden cases expect, with the id that the gateway would give.
    static func records() throws -> [[UInt8]] {
        try GoldenCase.all(in: "Tests/WeComTests/Golden/Events", parts: 2).map {
            Array("{\"id\":\"evt_00000000000000000000000000\",".utf8) + Array($0.expected.utf8.dropFirst())
        }
    }

    static func rules() throws -> [[UInt8]] {
        let main = try GoldenFile(Repository.path("Rules/main.rules")).text
        return try ([main] + GoldenCase.all(in: "Tests/RulesTests/Golden", parts: 3).map { $0.given[0] })
            .map { Array($0.utf8) }
    }

    /// Rule files as nobody should leave them.
    static func formatting() throws -> [[UInt8]] {
        try GoldenCase.all(in: "Tests/RulesTests/Golden/Formatting", parts: 2).map { Array($0.given[0].utf8) }
    }

    /// Rules and tests of them, with a line of dashes in between.
    static func trials() throws -> [[UInt8]] {
        let gallery = Repository.path("Rules/gallery")
        let names = try FileManager.default.contentsOfDirectory(atPath: gallery).sorted()
            .filter { $0.hasSuffix(".rules") && !$0.hasSuffix(".test.rules") }
            .map { "\(gallery)/\($0.dropLast(".rules".count))" }
        let shipped = try ([Repository.path("Rules/main")] + names).map {
            try GoldenFile("\($0).rules").text + "---\n" + GoldenFile("\($0).test.rules").text
        }
        let cases = try GoldenCase.all(in: "Tests/TrialsTests/Golden", parts: 3).map {
            $0.given.joined(separator: "---\n")
        }
        return (shipped + cases).map { Array($0.utf8) }
    }

    static func configurations() throws -> [[UInt8]] {
        let documented = try GoldenFile(Repository.path("Tests/GatewayTests/Golden/default.conf")).text
        let cases = try GoldenCase.all(in: "Tests/GatewayTests/Golden", parts: 3).map {
            $0.given.joined(separator: "---\n")
        }
        return ([documented] + cases).map { Array($0.utf8) }
    }

    /// Bodies, and plaintexts that are well-formed or nearly so.
    static func envelopes() throws -> [[UInt8]] {
        var samples = [
            "<xml><ToUserName><![CDATA[ww1]]></ToUserName><Encrypt><![CDATA[AAAA]]></Encrypt></xml>",
            "{\"encrypt\":\"AAAA\"}", "\u{FEFF} {\"Encrypt\":\"AAAA\",\"a\":{\"encrypt\":1}}", "AAAA",
            "<xml><Encrypt>A<b/></Encrypt><encrypt>B</encrypt></xml>",
        ].map { Array($0.utf8) }
        for (length, padding) in [(0, 12), (5, 7), (11, 1), (12, 32), (40, 4), (255, 12)] {
            let head = Array(repeating: UInt8(0x41), count: 16) + [0, 0, 0, UInt8(length)]
            let message = Array(repeating: UInt8(ascii: "m"), count: min(length, 44 - padding % 12))
            samples.append(head + message + Array(repeating: UInt8(padding), count: padding))
        }
        return samples + vectorBodies()
    }

    /// What the vendor and public SDKs made.
    private static func vectorBodies() -> [[UInt8]] {
        guard let file = try? Repository.vectors("wecom.json"), let vectors = try? JSONValue(parsing: file.span) else {
            return []
        }
        let samples = (vectors["vectors"]?.array ?? []) + (vectors["negative"]?.array ?? [])
        return samples.compactMap { ($0["body"] ?? $0["encrypt"])?.string }.map { Array($0.utf8) }
    }
}
