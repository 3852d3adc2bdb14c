// A network in the notation of RFC 4632 and RFC 4291: `10.0.0.0/8`, `2001:db8::/32`, or a single address. Allow-lists of
// sources and the private networks that webhooks may reach are lists of these.

package import Loop

package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// The first address; the bits behind the prefix are zero.
    package let base: IPAddress
    /// Of 128 bits: IPv4 lies in `::ffff:0:0/96`, so `10.0.0.0/8` has 104 here, and one comparison serves both families.
    package let prefixLength: Int

    package enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        case notAnAddress(String)
        case prefixLength(String, maximum: Int)
        /// `10.1.2.3/8`: most often a mistake in the address or in the length.
        case bitsBehindPrefix(meant: String)

        package var description: String {
            switch self {
            case .notAnAddress(let text): "`\(text)` is not an IPv4 or IPv6 address"
            case .prefixLength(let text, let maximum): "`/\(text)` is not a length from 0 to \(maximum)"
            case .bitsBehindPrefix(let meant): "the address has bits behind its prefix; did you mean `\(meant)`?"
            }
        }
    }

    package init(_ text: String) throws(Fault) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let host = String(parts[0])
        guard let address = IPAddress(host) else { throw .notAnAddress(host) }
        let isV4Notation = !host.contains(":")
        let widthOfFamily = isV4Notation ? 32 : 128
        var length = widthOfFamily
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(parts[1]),
                given <= widthOfFamily
            else { throw .prefixLength(String(parts[1]), maximum: widthOfFamily) }
            length = given
        }
        let range = AddressRange(containing: address, prefixLength: isV4Notation ? length + 96 : length)
        guard range.base == address else { throw .bitsBehindPrefix(meant: range.description) }
        self = range
    }

    /// The network of that length which holds the address. The length counts from the front of 128 bits.
    package init(containing address: IPAddress, prefixLength: Int) {
        precondition((0...128).contains(prefixLength))
        let (high, low) = Self.mask(prefixLength)
        base = IPAddress(high: address.high & high, low: address.low & low)
        self.prefixLength = prefixLength
    }

    package func contains(_ address: IPAddress) -> Bool {
        let (high, low) = Self.mask(prefixLength)
        return address.high & high == base.high && address.low & low == base.low
    }

    /// Whether it holds every address, or every one of IPv4: a list with it is no list.
    package var isEverything: Bool { prefixLength == 0 || (base.isV4 && prefixLength == 96) }

    package var description: String {
        base.isV4 && prefixLength >= 96 ? "\(base)/\(prefixLength - 96)" : "\(base)/\(prefixLength)"
    }

    /// Shifts by 64 and more give zero in Swift, so no length is a special case.
    private static func mask(_ length: Int) -> (high: UInt64, low: UInt64) {
        (UInt64.max << max(0, 64 - length), length <= 64 ? 0 : UInt64.max << (128 - length))
    }
}

extension [AddressRange] {
    package func contains(_ address: IPAddress) -> Bool {
        contains { $0.contains(address) }
    }
}
