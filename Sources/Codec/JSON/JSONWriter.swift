// Writes JSON into bytes, one call per token, without a tree: the record of an event, answers of the API, passive replies
// to bots. Commas are put where they belong; that calls come in a sensible order is the caller's promise.

package struct JSONWriter {
    /// What has been written, behind what was there before.
    package private(set) var bytes: [UInt8]
    /// Whether the next value or key has a neighbour before it.
    private var needsComma = false
    private var depth = 0

    package init(appendingTo bytes: consuming [UInt8] = []) {
        self.bytes = bytes
    }

    /// Lets `body` write at the end of `bytes`, in place: the buffer is lent to the writer, not copied.
    package static func append<Failure>(
        to bytes: inout [UInt8], _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        var writer = JSONWriter()
        swap(&writer.bytes, &bytes)
        defer { swap(&writer.bytes, &bytes) }
        try body(&writer)
        assert(writer.depth == 0, "every object and array that was begun must be ended")
    }

    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    package mutating func endObject() { end(UInt8(ascii: "}")) }
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    package mutating func key(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func key(_ name: Span<UInt8>) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A key as it is written behind a neighbour: with a comma, its quotes and the colon behind them.
    package mutating func key(token: Span<UInt8>) {
        bytes.append(copying: needsComma ? token : token.extracting(1...))
        needsComma = false
    }

    /// The same and the quote of a string, then the string, a text that is known to be UTF-8.
    package mutating func member(token: Span<UInt8>, string text: Span<UInt8>) {
        bytes.append(copying: needsComma ? token : token.extracting(1...))
        bytes.append(escapingValid: text)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// Swift's strings are UTF-8 always.
    package mutating func string(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(escapingValid: text.utf8.span)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Bytes that are not UTF-8 become replacement characters, so that what is written is always JSON; a caller who must
    /// not lose them asks `UTF8Check` first.
    package mutating func string(_ text: Span<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(escapingForJSON: text)
        bytes.append(UInt8(ascii: "\""))
    }

    /// The text form of the bytes as a string. Base64 needs no escaping, so it is written straight to its place.
    package mutating func base64(_ data: Span<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        Base64.encode(data, appendingTo: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func number(_ value: some FixedWidthInteger) {
        separate()
        bytes.append(decimal: value)
    }

    package mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: value ? "true".utf8 : "false".utf8)
    }

    package mutating func null() {
        separate()
        bytes.append(text: "null")
    }

    /// A value that is JSON already, such as a number kept as its source text.
    package mutating func raw(_ json: Span<UInt8>) {
        separate()
        bytes.append(copying: json)
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
        depth += 1
    }

    private mutating func end(_ bracket: UInt8) {
        assert(depth > 0, "an object or array is ended that was not begun")
        bytes.append(bracket)
        needsComma = true
        depth -= 1
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}
