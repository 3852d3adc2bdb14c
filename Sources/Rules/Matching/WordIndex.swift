// The words that `contains` and `contains any` look for, of all routes together: one automaton for each field (Aho and Corasick,
// 1975). A field is read once for an event, however many words and routes there are.

import Events

/// The automata of a rule set, by field.
struct WordIndex: Sendable {
    /// A `contains` of a rule is a group of words; its number is unique over the rule set.
    let groupCount: Int
    /// In the order in which they were first asked for.
    let automata: [WordAutomaton]
    /// The field that each automaton reads.
    let fields: [Field]
    /// The place in `automata` of each group's field.
    private let automatonOfGroup: [Int]
    /// The place in `automata` of each field, by its raw value; -1 for a field that is not searched.
    private let places: [Int]

    struct Builder {
        private var fieldOfGroup: [Field] = []
        private var fields: [Field] = []
        private var words: [Field: [(word: [UInt8], group: Int)]] = [:]

        /// - Returns: the group's number.
        mutating func addGroup(of words: [[UInt8]], to field: Field) -> Int {
            let group = fieldOfGroup.count
            fieldOfGroup.append(field)
            if self.words[field] == nil { fields.append(field) }
            self.words[field, default: []].append(contentsOf: words.map { ($0, group) })
            return group
        }

        func build() -> WordIndex {
            var places = [Int](repeating: -1, count: Field.allCases.count)
            for (index, field) in fields.enumerated() { places[Int(field.rawValue)] = index }
            return WordIndex(
                groupCount: fieldOfGroup.count, automata: fields.map { WordAutomaton(words[$0] ?? []) },
                fields: fields,
                automatonOfGroup: fieldOfGroup.map { places[Int($0.rawValue)] }, places: places)
        }
    }

    /// The automaton of a field that is searched.
    func place(of field: Field) -> Int { places[Int(field.rawValue)] }

    func automaton(of group: Int) -> Int { automatonOfGroup[group] }
}

/// What the automata have found in the event at hand. Kept from event to event, so that matching allocates nothing; a number that
/// grows with each event tells old marks from new ones.
struct WordScan {
    private let index: WordIndex
    private var event: UInt64 = 0
    /// The event each automaton has read.
    private var readAt: [UInt64]
    /// The event in which each group was last found.
    private var foundAt: [UInt64]
    /// The groups that each automaton has found in the event it has read last.
    private var found: [[Int32]]
    /// The event in which the outputs of each node were last noted, one array for each automaton.
    private var notedAt: [[UInt64]]

    init(_ index: WordIndex) {
        self.index = index
        readAt = Array(repeating: 0, count: index.automata.count)
        foundAt = Array(repeating: 0, count: index.groupCount)
        found = index.automata.map { _ in [] }
        notedAt = index.automata.map { Array(repeating: 0, count: $0.nodeCount) }
    }

    mutating func beginEvent() { event &+= 1 }

    /// Whether a word of the group occurs in the field. The field is read at the first question.
    mutating func contains(group: Int, of field: Field, in event: Event) -> Bool {
        read(index.place(of: field), of: event)
        return foundAt[group] == self.event
    }

    /// Reads the automaton's field, if that has not been done.
    mutating func read(_ place: Int, of event: Event) {
        guard readAt[place] != self.event else { return }
        readAt[place] = self.event
        found[place].removeAll(keepingCapacity: true)
        if let text = event.value(of: index.fields[place]) {
            var steps = UncountedSteps()
            index.automata[place].scan(
                text, event: self.event, notedAt: &notedAt[place], foundAt: &foundAt, found: &found[place],
                counting: &steps)
        }
    }

    /// What has been found by an automaton that has read its field, each group once.
    func foundCount(at place: Int) -> Int { found[place].count }
    func found(_ number: Int, at place: Int) -> Int32 { found[place][number] }
}
