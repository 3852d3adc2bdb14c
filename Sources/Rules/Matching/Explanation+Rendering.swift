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
        let width = nameWidth(of: routes)
        return (routes.flatMap { lines(of: $0, width) } + ["\(destination)   (rules \(version))"]).joined(
            separator: "\n")
    }

    /// What became of some of the routes, and where the event goes: the lines of `rendered` that are about them.
    package func lines(about places: [Int]) -> [String] {
        let routes = places.map { self.routes[$0] }
        let width = nameWidth(of: routes)
        return routes.flatMap { lines(of: $0, width) } + [destination]
    }

    private var destination: String {
        let targets = DisplayWidth.printable(targets.map(\.shown).joined(separator: ", "))
        return targets.isEmpty ? "goes nowhere" : "goes to \(targets)"
    }

    private func lines(of route: Route, _ width: Int) -> [String] {
        let printable = DisplayWidth.printable(route.name)
        let name = printable + String(repeating: " ", count: max(0, width - DisplayWidth.of(printable)))
        switch route.outcome {
        case .matched:
            let targets = DisplayWidth.printable(route.targets.map(\.shown).joined(separator: ", "))
            guard !route.isShadow else {
                return ["◌ \(name)   would go to \(targets)\(route.stops ? ", stop" : ""): it is in shadow"]
            }
            return ["✔ \(name)   to \(targets)\(route.stops ? ", stop" : "")"]
        case .failed(let clause, let place, let seen):
            let values = seen.map { "\($0.field.name) is \($0.value ?? "absent")" }.joined(separator: ", ")
            return [
                "✘ \(name)   \(clause)   (\(place))", "  \(String(repeating: " ", count: width))   \(values)",
            ]
        case .stopped(let stopper):
            return ["– \(name)   not tried: \"\(DisplayWidth.printable(stopper))\" stopped before"]
        }
    }

    private func nameWidth(of routes: [Route]) -> Int {
        min(routes.map { DisplayWidth.of($0.name) }.max() ?? 0, Self.nameWidth)
    }

    /// The widest column of names; a longer name moves its line to the right.
    private static let nameWidth = 32
}
