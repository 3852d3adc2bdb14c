// What the inspector found: the stages of one envelope in order, each passed, failed or left out, with hints.

package struct Inspection: Sendable {
    package enum Stage: String, CaseIterable, Sendable {
        case key
        case body
        case signature
        case decryption
        case receiveID = "receiveid"
    }

    package enum Outcome: Sendable, Equatable {
        case passed(String)
        case failed(EnvelopeFault)
        case skipped(String)
    }

    package struct Step: Sendable, Equatable {
        package var stage: Stage
        package var outcome: Outcome
        package var hints: [String] = []
    }

    package internal(set) var steps: [Step] = []
    /// What could be opened, even if the signature or the receiveid is wrong.
    package internal(set) var opened: OpenedEnvelope?

    /// What a gateway with these settings would have refused the callback for; `nil` = it would have taken it.
    package var fault: EnvelopeFault? {
        for case .failed(let fault) in steps.map(\.outcome) { return fault }
        return nil
    }
}

extension Inspection {
    mutating func pass(_ stage: Stage, _ detail: String) {
        steps.append(Step(stage: stage, outcome: .passed(detail)))
    }

    mutating func fail(_ stage: Stage, _ fault: EnvelopeFault) {
        steps.append(Step(stage: stage, outcome: .failed(fault)))
    }

    mutating func skip(_ stage: Stage, _ why: String) {
        steps.append(Step(stage: stage, outcome: .skipped(why)))
    }

    mutating func hint(_ stage: Stage, _ text: String) {
        guard let index = steps.lastIndex(where: { $0.stage == stage }) else { return }
        steps[index].hints.append(text)
    }
}

extension Inspection: CustomStringConvertible {
    /// One line a stage, hints below it; the message itself is for the command to print.
    package var description: String {
        var lines: [String] = []
        for step in steps {
            let name = step.stage.rawValue.padded(to: 12)
            switch step.outcome {
            case .passed(let detail): lines.append("\(name)ok       \(detail)")
            case .skipped(let why): lines.append("\(name)skipped  \(why)")
            case .failed(let fault): lines.append("\(name)\(fault.code)   \(fault)")
            }
            for hint in step.hints { lines.append("".padded(to: 12) + "hint     \(hint)") }
        }
        return lines.joined(separator: "\n")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
