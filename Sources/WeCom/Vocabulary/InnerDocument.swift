// A vendor's document, XML or JSON, as a flat list of what stands in it: for each value its path and its text. The tables of
// this folder ask by path, so they need not know which of the two came in, in which order, or how names were capitalised.

import Codec
import Events

struct InnerDocument {
    /// A value that is not empty.
    struct Leaf {
        /// Where its folded path, such as `approvalinfo/spno`, lies in `bytes`; the root's name is not part of it.
        fileprivate var path: Range<Int>
        /// Where its text lies in `bytes`.
        fileprivate var text: Range<Int>
        /// The element or object that it stands in.
        var parent: Int
    }

    private(set) var leaves: [Leaf] = []
    private var bytes: [UInt8] = []
    /// For each element or object that has something in it, the one that it stands in; the root stands in itself.
    private var parents = [0]

    enum Fault: Error, Equatable {
        case malformed(CodecError)
        case tooManyValues
    }

    /// A document with nothing in it.
    init() {}

    fileprivate mutating func clear() {
        leaves.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        parents.removeAll(keepingCapacity: true)
        parents.append(0)
    }

    fileprivate static func firstCharacter(of text: Span<UInt8>) -> UInt8? {
        for index in text.indices where text[index] > 0x20 { return text[index] }
        return nil
    }

    func parent(of node: Int) -> Int { parents[node] }

    @_lifetime(borrow self)
    func path(at index: Int) -> Span<UInt8> { bytes.span.extracting(leaves[index].path) }

    @_lifetime(borrow self)
    func text(at index: Int) -> Span<UInt8> { bytes.span.extracting(leaves[index].text) }

    /// The first value at a folded path.
    func first(_ path: String) -> Int? {
        let wanted = path.utf8.span
        for index in leaves.indices where ASCII.equal(self.path(at: index), wanted) { return index }
        return nil
    }

    /// The first value at a folded path, off the hot path.
    func firstText(_ path: String) -> String? {
        guard let index = first(path) else { return nil }
        return String(copying: text(at: index))
    }

    func has(_ path: String, _ text: String) -> Bool {
        guard let index = first(path) else { return false }
        return ASCII.equalIgnoringCase(self.text(at: index), text.utf8.span)
    }

    /// How many values have the path of this one, which is the first of them.
    func count(from index: Int) -> Int {
        var count = 0
        for other in index..<leaves.count where isSamePath(index, other) { count += 1 }
        return count
    }

    /// The values that have the path of this one, with a separator between them.
    func joined(from index: Int, by separator: Unicode.Scalar) -> [UInt8] {
        var joined: [UInt8] = []
        for other in index..<leaves.count where isSamePath(index, other) {
            if !joined.isEmpty { joined.append(UInt8(ascii: separator)) }
            joined.append(copying: text(at: other))
        }
        return joined
    }

    private func isSamePath(_ index: Int, _ other: Int) -> Bool {
        leaves[index].path == leaves[other].path || ASCII.equal(path(at: index), path(at: other))
    }
}

// MARK: - Building

extension InnerDocument {
    /// Takes a document's parts in their order. What it costs is in proportion to the document, whatever stands in it. Its
    /// memory serves one document after the other.
    struct Builder {
        private(set) var document = InnerDocument()
        private var path: [UInt8] = []
        /// For each open element or object: the length of the path around it, and its number.
        private var open: [(pathLength: Int, node: Int)] = []

        /// More values than any event has, the largest being a batch of 1000 changes with four values each. A document
        /// with more is not understood.
        static let leavesMax = 16_384
        /// Longer paths are in no table. Without a limit, long names around many values would cost their product.
        private static let pathSizeMax = 128

        /// Reads a document in the format that its first character tells. After a fault there is nothing in it.
        mutating func read(_ text: Span<UInt8>) throws(Fault) {
            do throws(Fault) {
                clear()
                if InnerDocument.firstCharacter(of: text) == UInt8(ascii: "{") {
                    try read(json: text)
                } else {
                    try read(xml: text)
                }
            } catch {
                clear()
                throw error
            }
        }

        /// Reads a document in JSON, whatever its first character.
        mutating func readItem(_ json: Span<UInt8>) throws(Fault) {
            clear()
            try read(json: json)
        }

        private mutating func clear() {
            document.clear()
            path.removeAll(keepingCapacity: true)
            open.removeAll(keepingCapacity: true)
        }

        /// Begins what has a name, be it a value or something with values in it.
        mutating func enter(_ name: Span<UInt8>) {
            open.append((path.count, -1))
            if !path.isEmpty { path.append(UInt8(ascii: "/")) }
            if path.count + name.count <= Self.pathSizeMax, !name.contains(UInt8(ascii: "/")) {
                FoldedName.append(name, to: &path)
            } else if path.count <= Self.pathSizeMax {
                path.append(UInt8(ascii: "?"))  // in no table
            }
        }

        mutating func leave() {
            guard let last = open.popLast() else { return }
            path.removeLast(path.count - last.pathLength)
        }

        /// The value of what was entered last.
        mutating func value(_ text: Span<UInt8>) throws(Fault) {
            guard text.count > 0 else { return }
            guard document.leaves.count < Self.leavesMax else { throw .tooManyValues }
            let pathRange = pathRange()
            let parent = node(at: open.count - 1)
            let start = document.bytes.count
            document.bytes.append(copying: text)
            document.leaves.append(Leaf(path: pathRange, text: start..<document.bytes.count, parent: parent))
        }

        /// Where the path lies in the document's bytes. Neighbours with one path, such as an array's items, share it.
        private mutating func pathRange() -> Range<Int> {
            if let last = document.leaves.indices.last {
                let isSame = ASCII.equal(document.path(at: last), path.span)
                if isSame { return document.leaves[last].path }
            }
            let start = document.bytes.count
            document.bytes.append(contentsOf: path)
            return start..<document.bytes.count
        }

        /// Another object in the array that was entered last: what follows does not belong to the one before.
        mutating func nextItem() {
            guard !open.isEmpty else { return }
            open[open.count - 1].node = -1
        }

        /// The number of the open element at `depth - 1`, which gets one when the first value in it is seen.
        private mutating func node(at depth: Int) -> Int {
            guard depth > 0 else { return 0 }
            if open[depth - 1].node < 0 {
                let parent = node(at: depth - 1)
                open[depth - 1].node = document.parents.count
                document.parents.append(parent)
            }
            return open[depth - 1].node
        }
    }
}

extension Span where Element == UInt8 {
    fileprivate func contains(_ byte: UInt8) -> Bool {
        for index in indices where self[index] == byte { return true }
        return false
    }
}
