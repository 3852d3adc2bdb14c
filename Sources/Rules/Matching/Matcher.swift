// Decides where an event goes. One for each loop: it keeps its working memory from event to event, so that a decision allocates
// nothing. A reload makes a new matcher from the new rule set, between two events.

package import Events

/// Where an event goes, as places in its rule set; ``RuleSet/targets`` and ``RuleSet/routes`` say what they are.
package struct Decision: Equatable, Sendable {
    /// The matched routes, in the order of the file: places in ``RuleSet/routes``.
    package internal(set) var routes: [Int] = []
    /// The matched routes that are only counted.
    package internal(set) var shadows: [Int] = []
    /// What they send to, each target once: places in ``RuleSet/targets``.
    package internal(set) var targets: [Int] = []

    package init() {}
}

package struct Matcher {
    package let rules: RuleSet
    private var scan: WordScan
    private var candidates = Candidates()
    /// The decision in which each target was last chosen, so that two routes with one target send once.
    private var chosenIn: [UInt64]
    private var decisions: UInt64 = 0

    package init(_ rules: RuleSet) {
        self.rules = rules
        scan = WordScan(rules.words)
        chosenIn = Array(repeating: 0, count: rules.targets.count)
    }

    /// Replaces what is in `decision`, whose memory is used again.
    package mutating func decide(_ event: Event, into decision: inout Decision) {
        decision.routes.removeAll(keepingCapacity: true)
        decision.targets.removeAll(keepingCapacity: true)
        decision.shadows.removeAll(keepingCapacity: true)
        decisions &+= 1
        scan.beginEvent()
        candidates.clear()
        rules.index.gather(event, &scan, into: &candidates)
        let routes = rules.index.routes
        while let route = candidates.next(of: routes) {
            let place = Int(route)
            guard holds(rules.routes[place].condition, event) else { continue }
            guard !rules.routes[place].isShadow else {
                decision.shadows.append(place)
                continue
            }
            decision.routes.append(place)
            for target in rules.routes[place].targets where chosenIn[target] != decisions {
                chosenIn[target] = decisions
                decision.targets.append(target)
            }
            if rules.routes[place].stops { return }
        }
    }

    package mutating func decide(_ event: Event) -> Decision {
        var decision = Decision()
        decide(event, into: &decision)
        return decision
    }

    /// Whether a step of the program holds. To be called for one event after the other; `beginEvent` parts them.
    mutating func holds(_ step: Int32, _ event: Event) -> Bool {
        switch rules.program.steps[Int(step)] {
        case .always: return true
        case .type(let types): return types.contains(event.type)
        case .not(let negated): return !holds(negated, event)
        case .and(let first, let count):
            for part in Int(first)..<Int(first + count) where !holds(rules.program.parts[part], event) { return false }
            return true
        case .or(let first, let count):
            for part in Int(first)..<Int(first + count) where holds(rules.program.parts[part], event) { return true }
            return false
        case .contains(let field, let group):
            return scan.contains(group: Int(group), of: field, in: event)
        case .test(let field, let test):
            guard let value = event.value(of: field) else { return false }
            return rules.program.tests[Int(test)].holds(value)
        }
    }

    mutating func beginEvent() { scan.beginEvent() }
}

extension Test {
    /// All but `contains`, which the automaton of the field answers.
    fileprivate func holds(_ value: Span<UInt8>) -> Bool {
        switch self {
        case .exists: true
        case .equal(let text): value.isEqual(to: text.span)
        case .among(let texts): texts[value] ?? false
        case .number(let test): test.holds(value)
        case .flag(let wanted): value.isEqual(to: (wanted ? "true" : "false").utf8Span.span)
        case .time(let comparison, let moment): Self.holds(comparison, value, moment)
        case .contains: false
        case .startsWith(let text): value.starts(with: text.span)
        case .endsWith(let text): value.ends(with: text.span)
        case .matches(let glob): glob.matches(value)
        }
    }

    private static func holds(_ comparison: Comparison.Operator, _ value: Span<UInt8>, _ moment: Timestamp) -> Bool {
        guard let time = Timestamp(rfc3339: value) else { return false }
        return switch comparison {
        case .less: time < moment
        case .lessOrEqual: time <= moment
        case .greater: time > moment
        case .greaterOrEqual: time >= moment
        default: false
        }
    }
}
