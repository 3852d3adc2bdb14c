// Routes: their conditions, their targets, and what they take from each other.

import Events
import Language

extension Checker {
    mutating func checkRoutes(_ declarations: [RouteDeclaration]) {
        refuseDuplicates("the name of this route", declarations.map { $0.name })
        var conditions = ConditionChecker(findings: findings)
        var stops = Stops()
        var places: [Target: Int] = [:]
        for (index, route) in declarations.enumerated() {
            Self.checkTargets(of: route, isLast: index == declarations.count - 1, &conditions.findings)
            conditions.hasReportedImpossible = false
            let checked: ConditionChecker.Checked?
            if let expression = route.condition {
                checked = conditions.check(expression, context: .all)
            } else {
                checked = (conditions.program.add(.always, at: nil), Requirement.none)
            }
            guard let (condition, requirement) = checked, route.isSound else { continue }
            if !(requirement.isImpossible && conditions.hasReportedImpossible) {
                Self.warnIfUseless(route, requirement, behind: stops, &conditions.findings)
            }
            if route.stops, !route.isShadow { stops.add(route.name, requirement) }
            let targets = route.targets.map { place(of: $0.value, in: &places) }
            rules.routes.append(
                RuleSet.Route(
                    name: route.name, condition: condition, targets: targets, stops: route.stops,
                    isShadow: route.isShadow))
            rules.requirements.append(requirement)
        }
        rules.take(conditions)
        findings = conditions.findings
    }

    private static func warnIfUseless(
        _ route: RouteDeclaration, _ requirement: Requirement, behind stops: Stops, _ findings: inout Findings
    ) {
        if requirement.isImpossible {
            findings.warning(
                "route \"\(route.name.value)\" can never match", at: route.condition?.range ?? route.name.range,
                hint: "no event has all that it asks for")
        } else if let stop = stops.first(including: requirement) {
            findings.warning(
                "route \"\(route.name.value)\" is never reached: \"\(stop.name.value)\" stops all its events before",
                at: route.name.range, hint: findings.isFull ? nil : "that route is at \(stop.name.range.place)")
        } else if stops.leaveNothing(of: requirement) {
            findings.warning(
                "route \"\(route.name.value)\" is never reached: earlier routes together stop all its events",
                at: route.name.range)
        }
    }

    private static func checkTargets(of route: RouteDeclaration, isLast: Bool, _ findings: inout Findings) {
        var seen: Set<Target> = []
        if route.targets.count > 1 {
            for target in route.targets where !seen.insert(target.value).inserted {
                findings.warning(
                    "`\(target.value.shown)` stands twice in this route; events go there once", at: target.range)
            }
        }
        guard let drop = route.targets.first(where: { $0.value == .drop }) else { return }
        if seen.count > 1 {
            findings.error(
                "`drop` stands beside another target", at: drop.range, hint: "an event goes somewhere or nowhere")
        } else if !route.stops, !route.isShadow, !isLast, route.isSound {
            findings.warning(
                "`drop` without `stop` keeps nothing back: the routes below still apply", at: drop.range,
                hint: "write `to drop   stop`")
        }
    }

    /// The place of a target in the rule set. Equal targets are one, so that an event goes there once; endpoints are numbered here.
    private mutating func place(of target: Target, in places: inout [Target: Int]) -> Int {
        if let place = places[target] { return place }
        let place = rules.targets.count
        places[target] = place
        if case .webhook(let url, let secret, _) = target {
            rules.targets.append(.webhook(url: url, secret: secret, index: rules.endpointCount))
            rules.endpointCount += 1
        } else {
            rules.targets.append(target)
        }
        return place
    }
}
