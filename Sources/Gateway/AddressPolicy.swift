// Where webhooks may lead: to the public internet and the networks that the configuration adds, on the ports it lists. The client
// asks about the very address it is about to connect to, so a name that changes its answer gains nothing.

package import Loop

package struct AddressPolicy: Sendable {
    private let allowed: [AddressRange]
    private let ports: [PortRange]

    package init(allowing networks: [AddressRange], ports: [PortRange] = DeliverySettings().ports) {
        allowed = networks
        self.ports = ports
    }

    package init(_ settings: DeliverySettings) {
        self.init(allowing: settings.privateNetworks, ports: settings.ports)
    }

    package func admits(port: UInt16) -> Bool { ports.contains { $0.contains(port) } }

    package func admits(_ address: IPAddress) -> Bool {
        // A network is allowed for its hosts; that a cloud answers in the middle of it is no part of what was meant.
        if Self.metadata.contains(address) {
            return allowed.contains(AddressRange(containing: address, prefixLength: 128))
        }
        guard allowed.contains(address) || !Self.isSpecial(address) else { return false }
        // A gateway of the network leads on to the address within, so that is looked at as well.
        guard let inner = Self.addressWithin(address) else { return true }
        return admits(inner)
    }

    /// Why deliveries to a URL cannot succeed, as far as it shows without asking for its host; nil when it does not.
    package func problem(with url: HTTPURL) -> String? {
        if !admits(port: url.port) {
            return "port \(url.port) is none that webhooks may use; `delivery.ports` can allow it"
        }
        if let address = IPAddress(url.host), !admits(address) {
            return "\(address) is not a public address; `delivery.private-networks` can allow it"
        }
        return nil
    }

    private static func isSpecial(_ address: IPAddress) -> Bool {
        if address.isV4 { return specialV4.contains(address) }
        // Of IPv6 only 2000::/3 is given to hosts of the internet (RFC 4291, 2.4). All else is loopback, link-local, private,
        // multicast, a way to write IPv4 (`::/96`, NAT64), or nothing yet.
        return address.high >> 61 != 1 || isISATAP(address) || specialV6.contains(address)
    }

    /// `0:5efe:a.b.c.d` as interface, in any network (RFC 5214, 6.1).
    private static func isISATAP(_ address: IPAddress) -> Bool { (address.low >> 32) & ~0x0200_0000 == 0x0000_5EFE }

    /// The IPv4 address that one of IPv6 stands for. IPv4-mapped addresses are IPv4 here anyway.
    private static func addressWithin(_ address: IPAddress) -> IPAddress? {
        guard !address.isV4 else { return nil }
        let last = UInt32(truncatingIfNeeded: address.low)
        switch (address.high, address.low >> 32) {
        // NAT64 (RFC 6052), IPv4-translated (RFC 2765), IPv4-compatible.
        case (0x0064_FF9B_0000_0000, 0), (0, 0xFFFF_0000): return IPAddress(v4: last)
        case (0, 0) where last > 1: return IPAddress(v4: last)
        default: break
        }
        // 6to4 (RFC 3056), Teredo, which writes it inverted (RFC 4380, 4).
        if address.high >> 48 == 0x2002 { return IPAddress(v4: UInt32(truncatingIfNeeded: address.high >> 16)) }
        if address.high >> 32 == 0x2001_0000 { return IPAddress(v4: ~last) }
        return isISATAP(address) ? IPAddress(v4: last) : nil
    }

    /// The IANA registry of special-purpose addresses (RFC 6890 and its updates), with multicast and the relays of 6to4.
    private static let specialV4: [AddressRange] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
        (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15),
        (0xC633_6400, 24),
        (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
    ].map { (base: UInt32, length: Int) in AddressRange(containing: IPAddress(v4: base), prefixLength: 96 + length) }

    /// Within 2000::/3: Teredo and other protocol assignments, documentation (twice), 6to4.
    private static let specialV6: [AddressRange] = [
        (0x2001_0000_0000_0000, 23), (0x2001_0db8_0000_0000, 32), (0x3fff_0000_0000_0000, 20),
        (0x2002_0000_0000_0000, 16),
    ].map { (high: UInt64, length: Int) in AddressRange(containing: IPAddress(high: high, low: 0), prefixLength: length)
    }

    /// Where clouds tell a machine who it is, and hand out its credentials: AWS, Azure, GCP and most others; the tasks of ECS and
    /// EKS; Tencent; Azure's host; Alibaba; Oracle; then AWS, EKS and GCP in IPv6.
    private static let metadata: [IPAddress] =
        [
            0xA9FE_A9FE, 0xA9FE_AA02, 0xA9FE_AA17, 0xA9FE_0017, 0xA83F_8110, 0x6464_64C8, 0xC000_00C0,
        ].map { IPAddress(v4: $0) }
        + [
            IPAddress(high: 0xfd00_0ec2_0000_0000, low: 0x254), IPAddress(high: 0xfd00_0ec2_0000_0000, low: 0x23),
            IPAddress(high: 0xfd20_00ce_0000_0000, low: 0x254),
        ]
}
