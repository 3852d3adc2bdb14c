// What every decoder of this module throws: why the input was refused, and where. The input comes from outside, so an error
// is an ordinary outcome; it holds no piece of the input and costs no allocation.

/// A refusal of input. `reason` is from a closed list, so that callers, metrics and tests can tell mistakes apart.
package struct CodecError: Error, Equatable, Sendable {
    package let reason: Reason
    /// The offset of the offending byte from the start of the input, or the input's length if it ended too early.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// The raw values complete a sentence that begins with the name of the input, such as "the body …".
    package enum Reason: String, Sendable, CaseIterable {
        // Text forms of bytes
        case base64Character = "has a character outside the base64 alphabet"
        case base64Length = "has a length that no base64 text has"
        case base64SpareBits = "has bits set behind the last byte of its base64 text"
        case hexCharacter = "has a character that is no hexadecimal digit"
        case hexLength = "has an odd number of hexadecimal digits"
        case percentEscape = "has a '%' that two hexadecimal digits do not follow"
        case invalidUTF8 = "is not valid UTF-8"
        // JSON and XML
        case unexpectedEnd = "ends too early"
        case unexpectedCharacter = "has a character that does not belong there"
        case trailingCharacters = "goes on after its document has ended"
        case tooDeep = "is nested too deeply"
        // JSON
        case controlCharacter = "has an unescaped control character in a string"
        case badEscape = "has an unknown escape in a string"
        case loneSurrogate = "has half of a surrogate pair in a string"
        case badNumber = "has a number that is not written as JSON demands"
        case numberOutOfRange = "has a number that is not an integer of 64 bits"
        case duplicateKey = "has the same key twice in one object"
        // XML
        case doctype = "has a document type declaration, which is refused"
        case unknownEntity = "has an entity other than the five of XML"
        case badCharacterReference = "has a reference to a character that does not exist"
        case mismatchedTag = "has an end tag that does not match its start tag"
    }
}

extension CodecError: CustomStringConvertible {
    package var description: String { "\(reason.rawValue) (at byte \(offset))" }
}
