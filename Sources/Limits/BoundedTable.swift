// A table of what was used lately, of bounded size whatever strangers send: when the newer half is full, the older half is
// forgotten. That takes no walk over the entries, however many addresses an attacker has.

struct BoundedTable<Key: Hashable, Value> {
    private let countPerHalf: Int
    private var newer: [Key: Value] = [:]
    private var older: [Key: Value] = [:]

    /// - Parameter countMax: entries it has at most; at least half as many were used last and are remembered.
    init(countMax: Int) { countPerHalf = max(1, countMax / 2) }

    var count: Int { newer.count + older.count }

    /// The value of a key, which counts as its use; made where there is none.
    mutating func use<Result>(_ key: Key, or make: @autoclosure () -> Value, _ body: (inout Value) -> Result) -> Result
    {
        if let index = newer.index(forKey: key) { return body(&newer.values[index]) }
        var value = older.removeValue(forKey: key) ?? make()
        if newer.count == countPerHalf {
            older = newer
            newer = [:]
        }
        let result = body(&value)
        newer[key] = value
        return result
    }
}
