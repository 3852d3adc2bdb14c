// What webhooks may reach.

import Loop
import Testing

@testable import Gateway

@Suite struct AddressPolicyTests {
    @Test(
        "private, loopback, link-local, metadata, multicast and IPv4-in-IPv6 addresses are refused unless allowed",
        arguments: [
            "10.1.2.3", "127.0.0.1", "169.254.169.254", "172.31.255.255", "192.168.0.1", "100.64.0.1", "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255", "198.18.0.1", "::1", "::", "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1",
            "2002:a00:1::",
            "fd00::1", "fe80::1", "ff02::1", "2001:db8::1",
        ])
    func refused(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(!AddressPolicy(allowing: []).admits(address))
        let own = AddressRange(containing: address, prefixLength: 128)
        #expect(AddressPolicy(allowing: [own]).admits(address))
    }

    @Test(
        "public addresses are reached, also those beside a private network",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "169.253.0.1", "2606:4700::1111",
        ])
    func admitted(text: String) throws {
        #expect(AddressPolicy(allowing: []).admits(try #require(IPAddress(text))))
    }

    @Test("the defaults reach loopback and private networks, but never the metadata of a cloud")
    func defaults() throws {
        let policy = AddressPolicy(allowing: DeliverySettings().privateNetworks)
        #expect(policy.admits(try #require(IPAddress("127.0.0.1"))))
        #expect(policy.admits(try #require(IPAddress("10.0.0.1"))))
        #expect(!policy.admits(try #require(IPAddress("169.254.169.254"))))
    }
}
