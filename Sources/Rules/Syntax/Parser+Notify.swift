// Notify, suppress, group and silence: who hears of an alert, and when.

import Language

extension Parser {
    /// Which channels hear of the alerts of a level.
    ///
    ///     notify LEVEL { to all | CHANNEL | [CHANNEL, …] }
    ///
    ///     notify warning { to [wecom, mail] }
    func notify(_ cursor: inout Cursor) throws(Reported) -> NotificationDeclaration {
        let level = try level(&cursor)
        var channels: [Located<String>]?
        var isToAll = false
        let isSound = try cursor.block(of: "notify \(level.value.rawValue)", once: Vocabulary.notify) {
            cursor, _ throws(Reported) in
            if cursor.accept("all") != nil {
                isToAll = true
            } else if cursor.next.kind == .punctuation(.openBracket) {
                channels = try names(&cursor, of: "channels") { cursor throws(Reported) in
                    try cursor.word("the name of a channel")
                }
            } else {
                channels = [try cursor.word("`all`, a channel or a list of channels")]
            }
        }
        guard isToAll || channels != nil else {
            if !isSound { throw cursor.reported }
            throw cursor.error("notify \(level.value.rawValue) has no `to`", at: level.range)
        }
        return NotificationDeclaration(level: level, channels: channels)
    }

    /// How long an alert that goes on is not told of again.
    ///
    ///     suppress repeats for DURATION
    func suppress(_ word: Located<String>, _ cursor: inout Cursor) throws(Reported) -> Located<Duration> {
        try cursor.expect("repeats")
        try cursor.expect("for")
        let duration = try cursor.duration("a duration")
        return Located(duration.value, at: word.range.through(duration.range))
    }

    /// Alerts that are alike in these labels and begin within the wait leave as one message.
    ///
    ///     group by [tenant | account | alert | level, …] wait DURATION
    ///
    ///     group by [tenant, alert] wait 10s
    func group(_ word: Located<String>, _ cursor: inout Cursor) throws(Reported) -> Located<AlertGrouping> {
        try cursor.expect("by")
        let words = AlertGrouping.Label.allCases.map(\.rawValue)
        // Without a label all alerts are alike.
        let labels = try names(&cursor, of: "labels", mayBeEmpty: true) { cursor throws(Reported) in
            try cursor.choice("a label of an alert", among: words)
        }
        try cursor.expect("wait")
        let wait = try cursor.duration("a duration")
        let grouping = AlertGrouping(labels: labels.map(\.value).compactMap(AlertGrouping.Label.init), wait: wait.value)
        return Located(grouping, at: word.range.through(wait.range))
    }

    /// A stretch of every day in which alerts of some levels are recorded and not told of. Without `levels`: all but critical ones.
    ///
    ///     silence "NAME" { daily HH:MM-HH:MM   zone "AREA/CITY"   [levels [LEVEL, …]] }
    ///
    ///     silence "nights" { daily 23:00-07:00 zone "Asia/Shanghai"   levels [info, warning] }
    func silence(_ cursor: inout Cursor) throws(Reported) -> Located<Silence> {
        let name = try cursor.name("the name of a silence")
        var hours: ClockRange?
        var zone: String?
        var levels: [AlertLevel] = [.info, .warning]
        let isSound = try cursor.block(of: "silence \"\(name.value)\"", once: Vocabulary.silence) {
            cursor, clause throws(Reported) in
            switch clause.value {
            case "daily": hours = try cursor.clockRange("a stretch of the day").value
            case "zone": zone = try self.zone(&cursor)
            default:
                levels = try names(&cursor, of: "levels") { cursor throws(Reported) in
                    let level = try level(&cursor)
                    return Located(level.value.rawValue, at: level.range)
                }.compactMap { AlertLevel(rawValue: $0.value) }
            }
        }
        guard let hours, let zone else {
            if !isSound { throw cursor.reported }
            throw cursor.error(
                "silence \"\(name.value)\" has no `\(hours == nil ? "daily" : "zone")`", at: name.range,
                hint: hours == nil ? nil : "the hours of which clock? `zone \"Asia/Shanghai\"`")
        }
        let silence = Silence(
            name: name.value, startMinute: hours.startMinute, endMinute: hours.endMinute, zone: zone, levels: levels)
        return Located(silence, at: name.range)
    }

    /// A list of words, each once.
    private func names(
        _ cursor: inout Cursor, of what: String, mayBeEmpty: Bool = false,
        _ name: (inout Cursor) throws(Reported) -> Located<String>
    ) throws(Reported) -> [Located<String>] {
        let list = try cursor.list(of: what, name)
        guard mayBeEmpty || !list.value.isEmpty else {
            throw cursor.error("this list of \(what) is empty", at: list.range)
        }
        var seen: Set<String> = []
        for name in list.value where !seen.insert(name.value).inserted {
            cursor.warning("`\(name.value.prefix(40))` stands twice in this list", at: name.range)
        }
        return list.value
    }

    private func zone(_ cursor: inout Cursor) throws(Reported) -> String {
        let zone = try cursor.name("the name of a time zone")
        let isName = zone.value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: byte == UInt8(ascii: "+")
            }
        }
        guard isName, !zone.value.hasPrefix("/"), zone.value == "UTC" || zone.value.contains("/") else {
            throw cursor.error(
                "`\(zone.value)` is not the name of a time zone", at: zone.range,
                hint: "zones are called like \"Asia/Shanghai\" or \"UTC\"")
        }
        return zone.value
    }
}
