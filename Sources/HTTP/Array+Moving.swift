// Both ends of a connection read into a fixed buffer and move what is left of it to the front when they need room behind it.

extension [UInt8] {
    /// Copies the bytes of `range` to the start of the array; what was there is overwritten. In place: slices of an array share
    /// its storage, so that writing one back would copy the whole array first.
    mutating func moveToFront(_ range: Range<Int>) {
        guard range.lowerBound > 0 else { return }
        for offset in 0..<range.count { self[offset] = self[range.lowerBound + offset] }
    }
}
