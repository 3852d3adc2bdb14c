// The conditions of all routes as the matcher evaluates them: flat, so that going through a thousand of them copies no tree and
// counts no references. Each step keeps the place of its text, for explanations.

import Events
import Language

struct Program: Sendable {
    enum Step: Sendable {
        case always
        /// The parts are `parts[first..<first + count]`.
        case and(first: Int32, count: Int32)
        case or(first: Int32, count: Int32)
        case not(Int32)
        case type(EventTypeSet)
        case contains(Field, group: Int32)
        /// Any other test, in `tests`.
        case test(Field, Int32)
    }

    private(set) var steps: [Step] = []
    /// Steps that `and` and `or` consist of.
    private(set) var parts: [Int32] = []
    private(set) var tests: [Test] = []
    /// The source of each step; none for `always`.
    private(set) var ranges: [SourceRange?] = []

    /// - Returns: the step that is the whole condition.
    mutating func add(_ condition: Condition) -> Int32 {
        let step: Step
        switch condition.node {
        case .always: step = .always
        case .and(let conditions): step = .and(first: addParts(conditions), count: Int32(conditions.count))
        case .or(let conditions): step = .or(first: addParts(conditions), count: Int32(conditions.count))
        case .not(let negated): step = .not(add(negated))
        case .type(let types): step = .type(types)
        case .test(let field, .contains(let group)): step = .contains(field, group: Int32(group))
        case .test(let field, let test):
            step = .test(field, Int32(tests.count))
            tests.append(test)
        }
        steps.append(step)
        ranges.append(condition.range)
        return Int32(steps.count - 1)
    }

    private mutating func addParts(_ conditions: [Condition]) -> Int32 {
        let added = conditions.map { add($0) }
        parts.append(contentsOf: added)
        return Int32(parts.count - added.count)
    }

    /// The steps of an `and` or an `or`.
    func parts(_ first: Int32, _ count: Int32) -> ArraySlice<Int32> { parts[Int(first)..<Int(first + count)] }

    /// The fields a condition asks for, in the order of the text, each once.
    func fields(of step: Int32) -> [Field] {
        var found: [Field] = []
        gatherFields(of: step, into: &found)
        return found
    }

    private func gatherFields(of step: Int32, into found: inout [Field]) {
        switch steps[Int(step)] {
        case .always: break
        case .and(let first, let count), .or(let first, let count):
            for part in parts(first, count) { gatherFields(of: part, into: &found) }
        case .not(let negated): gatherFields(of: negated, into: &found)
        case .type: if !found.contains(.type) { found.append(.type) }
        case .contains(let field, _), .test(let field, _): if !found.contains(field) { found.append(field) }
        }
    }
}
