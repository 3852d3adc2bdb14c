// Finds all of many words in one pass over a text. Every byte of the text costs at most two steps on average; the words found along
// the way are noted once per text, so the whole is linear in the text and the number of nodes reached.

struct WordAutomaton: Sendable {
    private struct Node: Sendable {
        /// The edges lie at `edges[firstEdge..<firstEdge + edgeCount]`, in the order of their bytes.
        var firstEdge: Int32 = 0
        var edgeCount: Int32 = 0
        /// The node of the longest proper suffix that is the beginning of a word.
        var suffix: Int32 = 0
        /// The nearest node along the suffixes, itself included, where a word ends; -1 for none.
        var output: Int32 = -1
        /// The groups whose words end here: `groups[firstGroup..<firstGroup + groupCount]`.
        var firstGroup: Int32 = 0
        var groupCount: Int32 = 0
    }

    private struct Edge: Sendable {
        var byte: UInt8
        var node: Int32
    }

    private var nodes: [Node] = []
    private var edges: [Edge] = []
    private var groups: [Int32] = []
    /// The edges of the root by byte, since most bytes of a text are read there; 0, the root itself, for none.
    private var rootEdges = [Int32](repeating: 0, count: 256)

    var nodeCount: Int { nodes.count }

    init(_ words: [(word: [UInt8], group: Int)]) {
        var trie = Trie()
        for (word, group) in words where !word.isEmpty { trie.add(word, group: Int32(group)) }
        nodes.reserveCapacity(trie.nodes.count)
        edges.reserveCapacity(trie.nodes.count)
        for node in trie.nodes {
            let firstEdge = Int32(edges.count)
            var child = node.firstChild
            while child >= 0 {
                edges.append(Edge(byte: trie.nodes[Int(child)].byte, node: child))
                child = trie.nodes[Int(child)].nextSibling
            }
            nodes.append(Node(firstEdge: firstEdge, edgeCount: Int32(edges.count) - firstEdge))
        }
        place(groupsOf: trie)
        for edge in edges(of: 0) { rootEdges[Int(edge.byte)] = edge.node }
        linkSuffixes()
    }

    /// Those of one node side by side, in the order of the words.
    private mutating func place(groupsOf trie: Trie) {
        for end in trie.ends { nodes[Int(end.node)].groupCount += 1 }
        var start: Int32 = 0
        for index in nodes.indices {
            nodes[index].firstGroup = start
            start += nodes[index].groupCount
            nodes[index].groupCount = 0
        }
        groups = Array(repeating: 0, count: trie.ends.count)
        for end in trie.ends {
            let node = nodes[Int(end.node)]
            groups[Int(node.firstGroup + node.groupCount)] = end.group
            nodes[Int(end.node)].groupCount += 1
        }
    }

    /// Breadth first: the suffix of a node is nearer to the root, so it is ready when it is needed.
    private mutating func linkSuffixes() {
        var queue: [Int32] = [0]
        var head = 0
        var steps = UncountedSteps()
        while head < queue.count {
            let parent = queue[head]
            head += 1
            for edge in edges(of: parent) {
                let child = Int(edge.node)
                queue.append(edge.node)
                let suffix = parent == 0 ? 0 : step(from: nodes[Int(parent)].suffix, over: edge.byte, counting: &steps)
                nodes[child].suffix = suffix
                nodes[child].output = nodes[child].groupCount > 0 ? edge.node : nodes[Int(suffix)].output
            }
        }
    }

    /// Marks in `foundAt` the groups of all words in `text`, and adds those not marked yet to `found`. `notedAt` remembers, for each
    /// node, the event in which its outputs were noted: a text that repeats a word walks its chain of outputs once.
    func scan(
        _ text: Span<UInt8>, event: UInt64, notedAt: inout [UInt64], foundAt: inout [UInt64], found: inout [Int32],
        counting steps: inout some SearchSteps
    ) {
        var node: Int32 = 0
        for index in text.indices {
            node = step(from: node, over: text[index], counting: &steps)
            var output = nodes[Int(node)].output
            while output >= 0, notedAt[Int(output)] != event {
                steps.count()
                notedAt[Int(output)] = event
                let ended = nodes[Int(output)]
                for place in ended.firstGroup..<ended.firstGroup + ended.groupCount {
                    let group = groups[Int(place)]
                    guard foundAt[Int(group)] != event else { continue }
                    foundAt[Int(group)] = event
                    found.append(group)
                }
                output = nodes[Int(ended.suffix)].output
            }
        }
    }

    /// The group of a word that occurs in `word` and is shorter. Each word of this automaton has a group of its own. Linear.
    func firstProperPart(of word: Span<UInt8>) -> Int? {
        var node: Int32 = 0
        var steps = UncountedSteps()
        for index in word.indices {
            node = step(from: node, over: word[index], counting: &steps)
            // At its own end a word finds itself first, and what else ends there behind it.
            let isWhole = index == word.count - 1
            let start = isWhole ? nodes[Int(node)].suffix : node
            let output = nodes[Int(start)].output
            if output >= 0 { return Int(groups[Int(nodes[Int(output)].firstGroup)]) }
        }
        return nil
    }

    private func step(from start: Int32, over byte: UInt8, counting steps: inout some SearchSteps) -> Int32 {
        var node = start
        steps.count()
        while node != 0 {
            steps.count()
            if let next = child(of: node, over: byte) { return next }
            node = nodes[Int(node)].suffix
        }
        return rootEdges[Int(byte)]
    }

    private func child(of node: Int32, over byte: UInt8) -> Int32? {
        var low = Int(nodes[Int(node)].firstEdge)
        var high = low + Int(nodes[Int(node)].edgeCount)
        while low < high {
            let middle = (low + high) / 2
            if edges[middle].byte == byte { return edges[middle].node }
            if edges[middle].byte < byte { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    private func edges(of node: Int32) -> ArraySlice<Edge> {
        let first = Int(nodes[Int(node)].firstEdge)
        return edges[first..<first + Int(nodes[Int(node)].edgeCount)]
    }
}

/// The words as a tree, while they are gathered. The children of a node are linked in the order of their bytes: a table for each node
/// would cost more than all else.
private struct Trie {
    struct Node {
        var byte: UInt8
        var firstChild: Int32 = -1
        var nextSibling: Int32
        /// The last one whose word ended here.
        var lastGroup: Int32 = -1
    }

    private(set) var nodes = [Node(byte: 0, nextSibling: -1)]
    /// Where the words end, in their order.
    private(set) var ends: [(node: Int32, group: Int32)] = []

    mutating func add(_ word: [UInt8], group: Int32) {
        var node: Int32 = 0
        for byte in word { node = child(of: node, over: byte) }
        // A word that stands twice in a list is found once.
        guard nodes[Int(node)].lastGroup != group else { return }
        nodes[Int(node)].lastGroup = group
        ends.append((node, group))
    }

    /// The child over a byte, made if there is none. A node has at most 256.
    private mutating func child(of parent: Int32, over byte: UInt8) -> Int32 {
        var before: Int32 = -1
        var next = nodes[Int(parent)].firstChild
        while next >= 0, nodes[Int(next)].byte < byte {
            before = next
            next = nodes[Int(next)].nextSibling
        }
        if next >= 0, nodes[Int(next)].byte == byte { return next }
        let child = Int32(nodes.count)
        nodes.append(Node(byte: byte, nextSibling: next))
        if before >= 0 { nodes[Int(before)].nextSibling = child } else { nodes[Int(parent)].firstChild = child }
        return child
    }
}
