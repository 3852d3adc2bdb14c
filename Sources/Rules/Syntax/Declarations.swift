// What the files say, read but not yet checked against each other: the parser's result, the checker's input.

import Language

struct Declarations {
    var routes: [RouteDeclaration] = []
    var quotas: [Located<Quota>] = []
    var alerts: [Located<Alert>] = []
    var channels: [Located<Channel>] = []
    var notifications: [NotificationDeclaration] = []
    /// `suppress repeats for DURATION`
    var suppressions: [Located<Duration>] = []
    var groupings: [Located<AlertGrouping>] = []
    var silences: [Located<Silence>] = []
}

/// A route; its range is that of its name.
struct RouteDeclaration {
    var name: Located<String>
    /// None: every event.
    var condition: Expression?
    var targets: [Located<Target>]
    var stops: Bool
    /// Evaluated and counted, but its targets are not run and its `stop` stops nothing.
    var isShadow: Bool
    /// Whether all of it could be read. If not, what is left of it says nothing about other routes.
    var isSound: Bool
}

struct NotificationDeclaration {
    var level: Located<AlertLevel>
    /// None: all channels.
    var channels: [Located<String>]?
}
