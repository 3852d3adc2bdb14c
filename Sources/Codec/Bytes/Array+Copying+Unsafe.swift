// Copies of bytes. An array takes no span in bulk yet, and a loop over one costs several instructions a byte.

extension [UInt8] {
    package mutating func append(copying bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    package mutating func append(text: String) { append(copying: text.utf8.span) }
}
