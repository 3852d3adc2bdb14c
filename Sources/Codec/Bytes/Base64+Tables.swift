// The two alphabets of base64, and for each the way back from a character to its value.

extension Base64 {
    enum Tables {
        /// The value of a character that is no digit: the only values with this bit.
        static let noDigit: UInt8 = 0x80

        static let digits = alphabet(endingIn: UInt8(ascii: "+"), UInt8(ascii: "/"))
        static let urlSafeDigits = alphabet(endingIn: UInt8(ascii: "-"), UInt8(ascii: "_"))
        static let values = inverse(of: digits)
        static let urlSafeValues = inverse(of: urlSafeDigits)
        static let last = LastDigits(plus: UInt8(ascii: "+"), slash: UInt8(ascii: "/"))
        static let urlSafeLast = LastDigits(plus: UInt8(ascii: "-"), slash: UInt8(ascii: "_"))

        private static func alphabet(endingIn plus: UInt8, _ slash: UInt8) -> InlineArray<64, UInt8> {
            InlineArray { value in
                switch UInt8(truncatingIfNeeded: value) {
                case let value where value < 26: UInt8(ascii: "A") + value
                case let value where value < 52: UInt8(ascii: "a") + value - 26
                case let value where value < 62: UInt8(ascii: "0") + value - 52
                case 62: plus
                default: slash
                }
            }
        }

        private static func inverse(of digits: InlineArray<64, UInt8>) -> InlineArray<256, UInt8> {
            var values = InlineArray<256, UInt8>(repeating: noDigit)
            for value in digits.indices { values[Int(digits[value])] = UInt8(value) }
            return values
        }
    }
}
