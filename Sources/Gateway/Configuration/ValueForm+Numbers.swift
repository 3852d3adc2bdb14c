// Forms of numbers and of words from closed lists.

import Language

extension ValueForm<Int> {
    static func integer(in range: ClosedRange<Int>) -> ValueForm {
        let text = "a number from \(range.lowerBound) to \(range.upperBound)"
        return ValueForm(
            text: text, show: String.init,
            take: { cursor, name throws(Reported) in
                guard case .quantity(.integer(let value)) = cursor.next.kind else { throw cursor.refuse(text) }
                guard let integer = Int(exactly: value), range.contains(integer) else {
                    throw cursor.error("`\(name)` is \(text)", at: cursor.next.range)
                }
                cursor.take()
                return integer
            })
    }

    /// In bytes.
    static func size(in range: ClosedRange<Int>) -> ValueForm {
        let text = "a size from \(SettingText.size(range.lowerBound)) to \(SettingText.size(range.upperBound))"
        return ValueForm(
            text: text, show: SettingText.size,
            take: { cursor, name throws(Reported) in
                let size = try cursor.size(text)
                guard range.contains(size.value) else {
                    throw cursor.error("`\(name)` is \(text)", at: size.range)
                }
                return size.value
            })
    }
}

extension ValueForm<Duration> {
    static func duration(in range: ClosedRange<Duration>) -> ValueForm {
        ValueForm(
            text: "a duration from \(SettingText.range(range))", show: SettingText.duration,
            take: { cursor, name throws(Reported) in try cursor.duration("`\(name)`", in: range) })
    }
}

extension ValueForm<[Duration]> {
    /// The waits before each attempt at a delivery.
    static let schedule = durations(in: .zero ... .seconds(7 * 86_400), count: 1...20)

    static func durations(in range: ClosedRange<Duration>, count: ClosedRange<Int>) -> ValueForm {
        let text = "\(count.lowerBound) to \(count.upperBound) durations from \(SettingText.range(range)) in `[ ]`"
        return ValueForm(
            text: text, environment: .list, show: { SettingText.list($0.map(SettingText.duration)) },
            take: { cursor, name throws(Reported) in
                let list = try cursor.list(of: "durations") { cursor throws(Reported) in
                    try cursor.duration("a step of `\(name)`", in: range)
                }
                guard count.contains(list.value.count) else {
                    throw cursor.error("`\(name)` is \(text)", at: list.range)
                }
                return list.value
            })
    }
}

extension ValueForm<Rate> {
    static func rate(in range: ClosedRange<Int>) -> ValueForm {
        ValueForm(
            text: "a rate such as `100 per second`, `6000 per minute`", show: { $0.description },
            take: { cursor, name throws(Reported) in try cursor.rate("`\(name)`", count: range).value })
    }
}

extension ValueForm where Value: CaseIterable & RawRepresentable<String> {
    static func choice() -> ValueForm {
        ValueForm(
            text: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "), show: { $0.rawValue },
            take: { cursor, name throws(Reported) in try cursor.choice("a value of `\(name)`", Value.self).value })
    }
}

extension ValueForm {
    /// One or more words of a closed list, each once, kept in the list's order.
    static func choices<Choice: CaseIterable & RawRepresentable<String> & Hashable & Sendable>() -> ValueForm
    where Value == [Choice] {
        let text = "one or more of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")) in `[ ]`"
        return ValueForm(
            text: text, environment: .list, show: { SettingText.list($0.map(\.rawValue)) },
            take: { cursor, name throws(Reported) in
                let list = try cursor.list(of: "words") { cursor throws(Reported) in
                    try cursor.choice("a value of `\(name)`", Choice.self).value
                }
                guard !list.value.isEmpty else { throw cursor.error("`\(name)` is \(text)", at: list.range) }
                let chosen = Set(list.value)
                return Choice.allCases.filter(chosen.contains)
            })
    }
}
