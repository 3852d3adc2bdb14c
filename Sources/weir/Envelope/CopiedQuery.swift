// The query of a URL verification as people copy it: from a log, from the console's traffic, or from `weir envelope seal`.

import HTTP

struct CopiedQuery {
    let echo: [UInt8]
    let signature: String
    let timestamp: String
    let nonce: String

    /// Nil when the text is something else. What stands before a question mark is left out.
    init?(_ text: [UInt8]) {
        let line = text.prefix { $0 > 0x20 }
        let query = Array(line.firstIndex(of: UInt8(ascii: "?")).map { line[($0 + 1)...] } ?? line)
        func find(_ name: String) -> [UInt8]? {
            var value: [UInt8] = []
            guard (try? QueryParameters(query.span).find(name, appendingTo: &value)) == true else { return nil }
            return value
        }
        guard let echo = find("echostr"), let signature = find("msg_signature"), let timestamp = find("timestamp"),
            let nonce = find("nonce")
        else { return nil }
        self.echo = echo
        self.signature = String(decoding: signature, as: UTF8.self)
        self.timestamp = String(decoding: timestamp, as: UTF8.self)
        self.nonce = String(decoding: nonce, as: UTF8.self)
    }
}
