import Loop
import TestBasics
import Testing

@testable import Gateway

@Suite("AddressRange")
struct AddressRangeTests {
    func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test(
        "an address belongs to the networks that hold it",
        arguments: [
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("192.168.1.0/25", "192.168.1.127", true), ("192.168.1.0/25", "192.168.1.128", false),
            ("1.2.3.4", "1.2.3.4", true), ("1.2.3.4", "1.2.3.5", false),
            ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true), ("::/0", "8.8.8.8", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
            ("2001:db8:0:0:8000::/65", "2001:db8::8000:0:0:1", true), ("2001:db8:0:0:8000::/65", "2001:db8::1", false),
            ("::1", "::1", true), ("::1/128", "::2", false), ("fc00::/7", "fdff::1", true),
        ])
    func membership(_ range: String, _ other: String, _ expected: Bool) throws {
        #expect(try AddressRange(range).contains(address(other)) == expected)
    }

    @Test("a v4 address that arrives on a v6 socket is the same address")
    func mapped() throws {
        #expect(try AddressRange("10.0.0.0/8").contains(address("::ffff:10.1.2.3")))
    }

    @Test(
        "what is no network is refused",
        arguments: [
            "", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "localhost", "/8",
        ])
    func refused(_ text: String) {
        #expect(throws: AddressRange.Fault.self) { try AddressRange(text) }
    }

    @Test("bits behind the prefix are a mistake, and the network that was meant is named")
    func bitsBehindPrefix() {
        #expect(throws: AddressRange.Fault.bitsBehindPrefix(meant: "10.0.0.0/8")) { try AddressRange("10.1.2.3/8") }
    }

    @Test(
        "a network prints as it is written",
        arguments: ["10.0.0.0/8", "0.0.0.0/0", "::/0", "2001:db8::/32", "fc00::/7"])
    func description(_ text: String) throws {
        #expect(try AddressRange(text).description == text)
    }

    @Test("membership agrees with a comparison bit by bit")
    func naiveTwin() {
        let seed: UInt64 = 11
        var random = SplitMix64(seed: seed)
        for _ in 0..<3000 {
            let length = Int.random(in: 0...128, using: &random)
            let base = IPAddress(high: random.next(), low: random.next())
            let range = AddressRange(containing: base, prefixLength: length)
            // An address that shares a random number of leading bits, so that both answers occur.
            let shared = Int.random(in: 0...128, using: &random)
            let other = AddressRange(containing: base, prefixLength: shared).base
            let bits = { (address: IPAddress) in
                (0..<64).map { address.high >> (63 - $0) & 1 } + (0..<64).map { address.low >> (63 - $0) & 1 }
            }
            let expected = zip(bits(base), bits(other)).prefix(length).allSatisfy { $0 == $1 }
            #expect(range.contains(other) == expected, "seed \(seed), length \(length), shared \(shared)")
        }
    }
}
