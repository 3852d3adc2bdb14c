// Which addresses webhooks may reach: the public internet, and the networks that the configuration adds. The client asks it about
// the very address it is about to connect to, so a name that changes its answer gains nothing.

package import Loop

package struct AddressPolicy: Sendable {
    private let allowed: [AddressRange]

    package init(allowing networks: [AddressRange]) { allowed = networks }

    package func admits(_ address: IPAddress) -> Bool {
        allowed.contains(address) || !Self.special.contains(address)
    }

    /// The IANA registries of special-purpose addresses (RFC 6890 and its updates), with multicast and the forms of IPv6 that
    /// carry an IPv4 address in them, through which a private one could be meant. IPv4-mapped addresses are IPv4 here anyway.
    private static let special: [AddressRange] =
        [
            (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
            (0xAC10_0000, 12),
            (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15),
            (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
        ].map { (base: UInt32, length: Int) in
            AddressRange(containing: IPAddress(v4: base), prefixLength: 96 + length)
        }
        + [
            // Unspecified, loopback and IPv4-compatible; then NAT64, its local form, discard-only, Teredo and other protocol
            // assignments, documentation, 6to4, unique local, link-local, site-local, multicast.
            (0, 0, 96), (0x0064_ff9b_0000_0000, 0, 96), (0x0064_ff9b_0001_0000, 0, 48), (0x0100_0000_0000_0000, 0, 64),
            (0x2001_0000_0000_0000, 0, 23), (0x2001_0db8_0000_0000, 0, 32), (0x2002_0000_0000_0000, 0, 16),
            (0xfc00_0000_0000_0000, 0, 7), (0xfe80_0000_0000_0000, 0, 10), (0xfec0_0000_0000_0000, 0, 10),
            (0xff00_0000_0000_0000, 0, 8),
        ].map { (high: UInt64, low: UInt64, length: Int) in
            AddressRange(containing: IPAddress(high: high, low: low), prefixLength: length)
        }
}
