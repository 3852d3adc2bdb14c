// Readers of values that the language does not know but the gateway does: names, addresses, networks, URLs, and pairs.

import Language

extension Cursor {
    /// The name of a tenant, source or webhook.
    mutating func resourceName(_ what: String) throws(Reported) -> Located<String> {
        let name = try string(what)
        if let problem = ResourceName.problem(in: name.value) {
            // Only the name is wrong: what it names is read on.
            _ = error("\(what) \(problem)", at: name.range)
        }
        return name
    }

    mutating func duration(_ what: String, in range: ClosedRange<Duration>) throws(Reported) -> Duration {
        let form = "a duration from \(SettingText.range(range))"
        let duration = try duration(form)
        guard range.contains(duration.value) else { throw error("\(what) is \(form)", at: duration.range) }
        return duration.value
    }

    mutating func choice<Value: CaseIterable & RawRepresentable<String>>(
        _ what: String, _: Value.Type
    ) throws(Reported) -> Located<Value> {
        let word = try choice(what, among: Value.allCases.map(\.rawValue))
        guard let value = Value(rawValue: word.value) else { throw refuse(what) }
        return Located(value, at: word.range)
    }

    mutating func url() throws(Reported) -> Located<HTTPURL> {
        let text = try string("a URL")
        do throws(HTTPURL.Fault) {
            return Located(try HTTPURL(text.value), at: text.range)
        } catch let fault {
            hideUser(in: text.range)
            throw error("this URL cannot be used: \(fault)", at: text.range)
        }
    }

    mutating func networks() throws(Reported) -> Located<[AddressRange]> {
        try list(of: "networks") { cursor throws(Reported) in
            let text = try cursor.string("a network such as \"10.0.0.0/8\"")
            do throws(AddressRange.Fault) {
                return try AddressRange(text.value)
            } catch let fault {
                throw cursor.error("\(fault)", at: text.range)
            }
        }
    }

    /// `{ "key" value … }`: the one block that has no words of its own.
    mutating func pairs<Value>(
        of what: String, _ value: (inout Cursor) throws(Reported) -> Value
    ) throws(Reported) -> [(key: Located<String>, value: Value)] {
        try expect(.openBrace)
        var pairs: [(key: Located<String>, value: Value)] = []
        while accept(.closeBrace) == nil {
            let key = try name(what)
            if let first = pairs.first(where: { $0.key.value == key.value }) {
                throw error(
                    "\(what) stands here twice", at: key.range, hint: "the first is on line \(first.key.range.line)")
            }
            pairs.append((key, try value(&self)))
        }
        return pairs
    }
}
