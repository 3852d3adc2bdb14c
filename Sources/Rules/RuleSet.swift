// The rules in force: checked, compiled, indexed. Immutable; a reload replaces it whole, between two events, and the record of every
// event names the version that routed it.

package import Language

/// A class, since it has an identity: the version. Loops share it without a copy.
package final class RuleSet: Sendable {
    package struct Route: Sendable {
        package let name: Located<String>
        /// A step of the program.
        let condition: Int32
        /// Places in ``RuleSet/targets``.
        package let targets: [Int]
        package let stops: Bool
        /// Only counted.
        package let isShadow: Bool
    }

    /// Sixteen hexadecimal digits that change with the text of any file. Not a cryptographic hash: it tells versions apart, and
    /// vouches for nothing.
    package let version: String
    /// What it was read from, in this order.
    package let files: [SourceFile]
    package let routes: [Route]
    /// Every target of the routes, each once.
    package let targets: [Target]
    package let quotas: [Quota]
    package let alerts: [Alert]
    package let channels: [Channel]
    package let notifications: [Notification]
    /// How long an alert that goes on is not told of again.
    package let repeatInterval: Duration?
    package let grouping: AlertGrouping?
    package let silences: [Silence]

    /// How often each route matched, in all loops, since these rules came into force.
    package let matches: MatchCounts

    let index: RouteIndex
    let words: WordIndex
    let program: Program

    init(_ checked: CheckedRules, files: [SourceFile]) {
        version = Self.version(of: files)
        self.files = files
        routes = checked.routes
        targets = checked.targets
        quotas = checked.quotas
        alerts = checked.alerts
        channels = checked.channels
        notifications = checked.notifications
        repeatInterval = checked.repeatInterval
        grouping = checked.grouping
        silences = checked.silences
        index = RouteIndex(checked.requirements, values: checked.values, words: checked.words)
        words = checked.words
        matches = MatchCounts(routes: checked.routes.count)
        program = checked.program
    }

    /// The names of the routes of a decision.
    package func routeNames(_ decision: Decision) -> [String] {
        decision.routes.map { routes[$0].name.value }
    }

    /// The files that webhooks have their secrets in.
    package var secretFiles: Set<String> {
        Set(
            targets.compactMap { target in
                if case .webhook(_, .file(let path)?, _) = target { path } else { nil }
            })
    }

    /// The targets of a decision.
    package func targets(_ decision: Decision) -> [Target] {
        decision.targets.map { targets[$0] }
    }
}
