import Testing

@testable import HTTP

@Suite struct ByteSetTests {
    static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    @Test("a set contains exactly the bytes the RFC lists")
    func members() {
        let sets: [(ByteSet, String)] = [
            (.token, Self.letters + "!#$%&'*+-.^_`|~"),
            (.pathAndQuery, Self.letters + "-._~!$&'()*+,;=:@/?"),
            (.registeredName, Self.letters + "-._~!$&'()*+,;="),
            (.hexDigit, "0123456789abcdefABCDEF"),
        ]
        for (set, members) in sets {
            let expected = Set(members.utf8)
            for byte in UInt8.min...UInt8.max { #expect(set.contains(byte) == expected.contains(byte)) }
        }
    }
}
