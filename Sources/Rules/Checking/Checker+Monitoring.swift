// Quotas, alerts, channels and who hears of what: names that stand twice, lead nowhere or are not used.

import Language

extension Checker {
    mutating func checkMonitoring(_ declarations: Declarations) {
        checkQuotas(declarations.quotas)
        refuseDuplicates(
            "the name of this alert", declarations.alerts.map { Located($0.value.name, at: $0.range) })
        refuseDuplicates(
            "the name of this channel", declarations.channels.map { Located($0.value.name, at: $0.range) })
        refuseDuplicates(
            "the name of this silence", declarations.silences.map { Located($0.value.name, at: $0.range) })
        refuseDuplicates("`suppress`", declarations.suppressions.map { Located("", at: $0.range) })
        refuseDuplicates("`group`", declarations.groupings.map { Located("", at: $0.range) })
        checkNotifications(declarations.notifications, channels: declarations.channels)
        checkAlerts(declarations)
        rules.alerts = declarations.alerts.map(\.value)
        rules.channels = declarations.channels.map(\.value)
        rules.silences = declarations.silences.map(\.value)
        rules.repeatInterval = declarations.suppressions.first?.value
        rules.grouping = declarations.groupings.first?.value
    }

    /// A misspelt channel is looked for among so many; a file has a handful, and a check must not take minutes.
    private static let guessedNames = 200

    /// Alerts that nobody hears of, though the files say who hears of others; and names that mean two things.
    private mutating func checkAlerts(_ declarations: Declarations) {
        let heard = Set(declarations.notifications.map(\.level.value))
        var levels: [String: Located<AlertLevel>] = [:]
        func check(_ name: String, _ level: AlertLevel, at range: SourceRange, _ findings: inout Findings) {
            if !heard.isEmpty, !heard.contains(level) {
                findings.warning(
                    "nobody hears of this alert: no `notify` is for \(level.rawValue)", at: range,
                    hint: "add `notify \(level.rawValue) { to all }`")
            }
            guard let first = levels[name] else {
                levels[name] = Located(level, at: range)
                return
            }
            guard first.value != level else { return }
            findings.warning(
                "alert \"\(name)\" is \(level.rawValue) here and \(first.value.rawValue) elsewhere", at: range,
                hint: findings.isFull ? nil : "the other is at \(first.range.place)")
        }
        for alert in declarations.alerts { check(alert.value.name, alert.value.level, at: alert.range, &findings) }
        for target in declarations.routes.flatMap(\.targets) {
            guard case .alert(let name, let level) = target.value else { continue }
            check(name, level, at: target.range, &findings)
        }
    }

    private mutating func checkQuotas(_ quotas: [Located<Quota>]) {
        refuseDuplicates(
            "the quota of this subject",
            quotas.map { quota in
                switch quota.value.subject {
                case .everyone: Located("default", at: quota.range)
                case .tenant(let name): Located("tenant \(name)", at: quota.range)
                }
            })
        rules.quotas = quotas.map(\.value)
    }

    private mutating func checkNotifications(_ notifications: [NotificationDeclaration], channels: [Located<Channel>]) {
        refuseDuplicates(
            "`notify` of this level", notifications.map { Located($0.level.value.rawValue, at: $0.level.range) })
        let names = channels.map(\.value.name)
        let known = Set(names)
        var used: Set<String> = []
        for notification in notifications {
            guard let listed = notification.channels else {
                used.formUnion(known)
                rules.notifications.append(Notification(level: notification.level.value, recipients: .all))
                continue
            }
            for channel in listed where !known.contains(channel.value) {
                let guess =
                    findings.isFull ? "" : didYouMeanSuffix(channel.value, among: names.prefix(Self.guessedNames))
                findings.error(
                    "unknown channel `\(channel.value)`\(guess)",
                    at: channel.range, hint: names.isEmpty ? "the files declare no channel" : nil)
            }
            used.formUnion(listed.map(\.value))
            rules.notifications.append(
                Notification(level: notification.level.value, recipients: .channels(listed.map(\.value))))
        }
        for notification in notifications where channels.isEmpty && notification.channels == nil {
            findings.warning(
                "`all` is nobody here: the files declare no channel", at: notification.level.range,
                hint: "declare one: `channel ops { kind wecom-robot   url env:WECOM_ROBOT_URL }`")
        }
        for channel in channels where !used.contains(channel.value.name) {
            findings.warning(
                "channel \(channel.value.name) is used by no `notify`", at: channel.range,
                hint: "nobody hears of anything through it")
        }
    }
}
