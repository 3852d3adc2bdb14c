// How much of a message Weir reads before it gives up. The server fills these from `edge` in weir.conf, the client has its own.

package struct HTTPLimits: Equatable, Sendable {
    /// The start line and all fields, with their line ends. It bounds what one unauthenticated connection may hold.
    package var headBytes: Int
    /// RFC 9112 section 3 asks for start lines of at least 8000 bytes; WeCom's callback URLs stay under 1000.
    package var targetBytes: Int
    /// Browsers send about 20, proxies add 10; more is an attempt to make lookups slow.
    package var fieldCount: Int
    /// The payload of a message, after the chunks are taken apart.
    package var bodyBytes: Int
    /// One chunk-size line with its extensions: 16 digits and room for what nobody uses.
    package var chunkLineBytes: Int
    /// All trailer fields together; they are checked and dropped.
    package var trailerBytes: Int

    package init(
        headBytes: Int = 16 << 10, targetBytes: Int = 8 << 10, fieldCount: Int = 100, bodyBytes: Int = 2 << 20,
        chunkLineBytes: Int = 256, trailerBytes: Int = 4 << 10
    ) {
        // Field offsets are 32 bits wide; a megabyte of head is far beyond any use and well below that.
        self.headBytes = min(headBytes, 1 << 20)
        self.targetBytes = targetBytes
        self.fieldCount = fieldCount
        self.bodyBytes = bodyBytes
        self.chunkLineBytes = chunkLineBytes
        self.trailerBytes = trailerBytes
    }
}
