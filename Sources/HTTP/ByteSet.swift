// A set of ASCII bytes as two words, so that the question "may this byte stand here?" is a shift and no table in memory.
// The grammar of RFC 9110 and RFC 3986 that the parsers need is named here; bytes above 0x7F are in none of the sets.

struct ByteSet {
    /// Bit n stands for the byte n.
    let low: UInt64
    /// Bit n stands for the byte 64 + n.
    let high: UInt64

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 64 ? low : high
        return byte < 128 && (word &>> UInt64(byte & 63)) & 1 != 0
    }
}

extension ByteSet {
    /// RFC 9110 section 5.6.2, `tchar`: what methods, field names and codings are made of.
    static var token: ByteSet { ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE) }

    /// RFC 3986, `pchar` without the percent sign, plus `/` and `?`: what a path and a query are made of.
    static var pathAndQuery: ByteSet { ByteSet(low: 0xAFFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF) }

    /// RFC 3986, `reg-name` without the percent sign: a host written as a name or as an IPv4 address.
    static var registeredName: ByteSet { ByteSet(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE) }

    /// Hexadecimal digits in either case.
    static var hexDigit: ByteSet { ByteSet(low: 0x03FF_0000_0000_0000, high: 0x0000_007E_0000_007E) }
}

extension UInt8 {
    static var tab: UInt8 { 0x09 }
    static var lineFeed: UInt8 { 0x0A }
    static var carriageReturn: UInt8 { 0x0D }
    static var space: UInt8 { 0x20 }

    /// RFC 9110 section 5.5: visible characters, space, tab, and the opaque bytes above ASCII.
    @inline(__always)
    var mayStandInFieldValue: Bool { (self >= 0x20 && self != 0x7F) || self == .tab }

    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    /// The lower-case twin of an ASCII letter; every other byte is itself.
    @inline(__always)
    var lowercased: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}
