// An explanation as text, for `weir rules explain` and the console.

import Events
import Language

extension Explanation {
    /// One line for each route, two for one that failed, and where the event goes in the end:
    ///
    ///     ✔ login state   to accounts, webhooks
    ///     ✘ complaints    content.text contains any ["退款", "投诉"]   (main.rules:11:15)
    ///                     content.text is "hello"
    ///     – all           not tried: "noise" stopped before
    ///     ◌ tried out     would go to webhooks: it is in shadow
    ///     goes to accounts, webhooks   (rules 0123456789abcdef)
    package var rendered: String {
        let width = min(routes.map { DisplayWidth.of($0.name) }.max() ?? 0, Self.nameWidth)
        var lines: [String] = []
        for route in routes {
            let name = route.name + String(repeating: " ", count: max(0, width - DisplayWidth.of(route.name)))
            switch route.outcome {
            case .matched:
                let targets = route.targets.map(\.shown).joined(separator: ", ")
                guard !route.isShadow else {
                    lines.append("◌ \(name)   would go to \(targets)\(route.stops ? ", stop" : ""): it is in shadow")
                    continue
                }
                lines.append("✔ \(name)   to \(targets)\(route.stops ? ", stop" : "")")
            case .failed(let clause, let place, let seen):
                lines.append("✘ \(name)   \(clause)   (\(place))")
                let values = seen.map { "\($0.field.name) is \($0.value ?? "absent")" }.joined(separator: ", ")
                lines.append("  \(String(repeating: " ", count: width))   \(values)")
            case .stopped(let stopper):
                lines.append("– \(name)   not tried: \"\(stopper)\" stopped before")
            }
        }
        let targets = targets.map(\.shown).joined(separator: ", ")
        lines.append("\(targets.isEmpty ? "goes nowhere" : "goes to \(targets)")   (rules \(version))")
        return lines.joined(separator: "\n")
    }

    /// The widest column of names; a longer name moves its line to the right.
    private static let nameWidth = 32
}
