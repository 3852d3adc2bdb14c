// The checker's result: everything a rule set is made of.

import Language

struct CheckedRules {
    var routes: [RuleSet.Route] = []
    /// For each route.
    var requirements: [Requirement] = []
    var targets: [Target] = []
    /// How many of the targets are endpoints named in the files.
    var endpointCount = 0
    var quotas: [Quota] = []
    var alerts: [Alert] = []
    var channels: [Channel] = []
    var notifications: [Notification] = []
    var repeatInterval: Duration?
    var grouping: AlertGrouping?
    var silences: [Silence] = []
    /// The values that the requirements speak of.
    var values = ValueNumbers()
    var program = Program()
    var words = WordIndex.Builder().build()

    /// What all conditions were made into.
    mutating func take(_ conditions: ConditionChecker) {
        words = conditions.words.build()
        values = conditions.values
        program = conditions.program
    }
}
