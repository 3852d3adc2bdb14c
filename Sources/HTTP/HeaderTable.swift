// The fields of a head in the order they came. The array keeps its storage from one message to the next, so a head costs no
// allocation once a connection is warm.

package struct HeaderTable: Equatable, Sendable {
    package private(set) var fields: [HeaderField] = []

    mutating func removeAll() {
        fields.removeAll(keepingCapacity: true)
    }

    mutating func append(_ field: HeaderField, limit: Int) throws(HTTPFault) {
        guard fields.count < limit else { throw .tooManyFields }
        fields.append(field)
    }

    /// Where the value of the first such field stands.
    package func first(_ name: FieldName) -> Range<Int>? {
        for field in fields where field.known == name { return field.value }
        return nil
    }

    /// Whether it came more than once.
    package func isRepeated(_ name: FieldName) -> Bool { fields.count { $0.known == name } > 1 }

    /// Where the value of the first field of this name, given in lower case, stands in the buffer the head was read from.
    package func first(named name: String, in bytes: Span<UInt8>) -> Range<Int>? {
        for field in fields where bytes.equalsIgnoringCase(name, at: field.name) { return field.value }
        return nil
    }
}
