// `COMMAND --name value …`, as Deploy/benchmark writes it; not for people.

struct Arguments {
    let command: String
    private var values: [String: String] = [:]
    /// `--watch name=pid`, as often as there are processes to watch.
    private(set) var watched: [(name: String, process: Int32)] = []

    init(_ words: some Sequence<String>) throws(LoadFault) {
        var words = words.makeIterator()
        guard let command = words.next() else { throw LoadFault("no command") }
        self.command = command
        while let name = words.next() {
            guard name.hasPrefix("--"), let value = words.next() else { throw LoadFault("\(name): no value") }
            guard name == "--watch" else {
                values[String(name.dropFirst(2))] = value
                continue
            }
            let parts = value.split(separator: "=")
            guard parts.count == 2, let process = Int32(parts[1]) else { throw LoadFault("--watch name=pid") }
            watched.append((String(parts[0]), process))
        }
    }

    func text(_ name: String) throws(LoadFault) -> String {
        guard let value = values[name] else { throw LoadFault("--\(name) is missing") }
        return value
    }

    func number(_ name: String, orElse fallback: Int? = nil) throws(LoadFault) -> Int {
        guard let text = values[name] else {
            guard let fallback else { throw LoadFault("--\(name) is missing") }
            return fallback
        }
        guard let value = Int(text), value >= 0 else { throw LoadFault("--\(name) \(text): not a number") }
        return value
    }

    /// A port of 127.0.0.1.
    func port(_ name: String) throws(LoadFault) -> UInt16 {
        guard let port = UInt16(exactly: try number(name)) else { throw LoadFault("--\(name): not a port") }
        return port
    }

    func has(_ name: String) -> Bool { values[name] != nil }
}
