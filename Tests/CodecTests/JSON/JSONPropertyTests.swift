import Codec
import TestBasics
import Testing

@Suite struct JSONPropertyTests {
    static let sample = Array(
        ##"{"event":"汉字 \"q\" \u6c49 \ud83d\udc4d\\","ids":[90071,-1.5e-7,0,true,false,null,{"a":[[]],"b":""}]}"##.utf8)

    @Test("a damaged document is refused, or it is a document that survives writing and reading")
    func mutations() throws {
        var random = SplitMix64(seed: Seed.ofThisRun)
        let telling = Array(#"{}[],:"\u0dD8tfn-.eE19 "#.utf8) + [0xE6, 0x80, 0xED, 0x00]
        var acceptedCount = 0
        for _ in 0..<8_000 {
            let bytes = random.mutated(Self.sample, with: telling)
            guard let value = try? JSONValue(parsing: bytes.span) else { continue }
            acceptedCount += 1
            let written = value.bytes
            let again = try JSONValue(parsing: written.span)
            #expect(again.bytes == written, "\(Seed.note)")
            #expect(again == value, "\(Seed.note)")
        }
        // Else the damage is so great that nothing but the first check is tested.
        #expect(acceptedCount > 100, "\(Seed.note)")
    }

    @Test("what is written reads back as the same value")
    func roundTrip() throws {
        var random = SplitMix64(seed: Seed.ofThisRun)
        for _ in 0..<500 {
            let value = random.jsonValue(depth: 4)
            #expect(try JSONValue(parsing: value.bytes.span) == value, "\(Seed.note)")
        }
    }
}

extension SplitMix64 {
    fileprivate mutating func jsonValue(depth: Int) -> JSONValue {
        switch below(depth > 0 ? 7 : 5) {
        case 0: return .null
        case 1: return .bool(below(2) == 0)
        case 2: return .number(JSONNumber(Int64.random(in: .min ... .max, using: &self)))
        case 3: return JSONNumber("-0.\(below(1000))e+\(below(400))").map { .number($0) } ?? .null
        case 4: return .string(text())
        case 5: return .array((0..<below(5)).map { _ in jsonValue(depth: depth - 1) })
        default:
            return .object((0..<below(5)).map { .init("\($0)" + text(), jsonValue(depth: depth - 1)) })
        }
    }

    private mutating func text() -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<below(6) {
            let bounds: [UInt32] = [0x20, 0x80, 0x800, 0x3000, 0x11_0000]
            if let scalar = Unicode.Scalar(UInt32(below(Int(bounds[below(bounds.count)])))) { text.append(scalar) }
        }
        return String(text)
    }
}
