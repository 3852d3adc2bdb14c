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

    /// - Returns: the place of the step.
    mutating func add(_ step: Step, at range: SourceRange?) -> Int32 {
        steps.append(step)
        ranges.append(range)
        return Int32(steps.count - 1)
    }

    mutating func add(_ test: Test, of field: Field, at range: SourceRange) -> Int32 {
        if case .contains(let group) = test { return add(.contains(field, group: Int32(group)), at: range) }
        tests.append(test)
        return add(.test(field, Int32(tests.count - 1)), at: range)
    }

    enum Junction {
        case and
        case or
    }

    /// Joins steps that have been added before.
    mutating func add(_ junction: Junction, of conditions: [Int32], at range: SourceRange) -> Int32 {
        let first = Int32(parts.count)
        let count = Int32(conditions.count)
        parts.append(contentsOf: conditions)
        return switch junction {
        case .and: add(.and(first: first, count: count), at: range)
        case .or: add(.or(first: first, count: count), at: range)
        }
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
