// The EncodingAESKey of a callback source: 43 base64 characters as the console shows them, 32 bytes of AES key inside.
// Read once, when the configuration is; a mistake in it is told there and not by the first callback.

package import Crypto

package struct EncodingAESKey: Sendable {
    package static let characterCount = 43

    package let key: AES256CBC.Key
    /// WeCom's initial vector is no secret of its own: the first half of the key.
    package let initialVector: AES256CBC.InitialVector

    /// What is wrong with a text that is not a key.
    package enum Defect: Equatable, Sendable {
        case empty
        case wrongLength(Int)
        /// 44 characters with the `=` which the vendor's libraries add by themselves.
        case trailingEquals
        /// `position` counts from 1.
        case illegalCharacter(position: Int, Unicode.Scalar)
    }

    /// Spaces around the key are dropped: they come with copying from the console (WECOM.md, trap 2).
    package init(_ text: String) throws(EnvelopeFault) {
        var scalars = text.unicodeScalars[...]
        while scalars.first?.properties.isWhitespace == true { scalars.removeFirst() }
        while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
        guard !scalars.isEmpty else { throw .keyMalformed(.empty) }
        if scalars.count == Self.characterCount + 1, scalars.last == "=" { throw .keyMalformed(.trailingEquals) }

        // A wrong character is told before a wrong length: it often explains it.
        var values: [UInt16] = []
        for (index, scalar) in scalars.enumerated() {
            guard let value = Self.value(of: scalar) else {
                throw .keyMalformed(.illegalCharacter(position: index + 1, scalar))
            }
            values.append(value)
        }
        guard values.count == Self.characterCount else { throw .keyMalformed(.wrongLength(values.count)) }

        // 43 characters are 258 bits. The last two are whatever the console drew, in the vendor's own sample too, so they
        // are dropped unread; strict decoders refuse such keys (WECOM.md, trap 1).
        let key = AES256CBC.Key { index in
            let (character, bit) = (index * 8).quotientAndRemainder(dividingBy: 6)
            let twelveBits = values[character] << 6 | values[character + 1]
            return UInt8(truncatingIfNeeded: twelveBits >> (4 - bit))
        }
        self.key = key
        initialVector = AES256CBC.InitialVector { key[$0] }
    }

    /// The console draws letters and digits only; `+` and `/` are taken too, since the vendor's libraries take them.
    private static func value(of scalar: Unicode.Scalar) -> UInt16? {
        switch scalar {
        case "A"..."Z": UInt16(scalar.value - 0x41)
        case "a"..."z": UInt16(scalar.value - 0x61 + 26)
        case "0"..."9": UInt16(scalar.value - 0x30 + 52)
        case "+": 62
        case "/": 63
        default: nil
        }
    }
}

extension EncodingAESKey: CustomStringConvertible {
    /// A key never gets into a log by accident.
    package var description: String { "EncodingAESKey(…)" }
}

extension EncodingAESKey.Defect: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty:
            "is empty, must have 43 characters"
        case .wrongLength(let count):
            "has \(count) character\(count == 1 ? "" : "s"), must have 43"
        case .trailingEquals:
            "has 44 characters, must have 43: leave out the '=' at its end"
        case .illegalCharacter(let position, let scalar):
            "has \(Quoted.scalar(scalar)) as character \(position), may have only letters and digits"
        }
    }
}
