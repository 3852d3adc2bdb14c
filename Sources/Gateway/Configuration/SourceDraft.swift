// A callback source as it is written. Which clauses go together depends on `kind`, and is seen to when the draft becomes a
// value (Resolution+Sources.swift).

import Language

struct SourceDraft {
    enum Kind: String, CaseIterable {
        case wecom, instance
    }

    /// The words of a source's block, in the order they are told in messages.
    enum Clause: String, CaseIterable {
        case kind, account, token
        case aesKey = "aes-key"
        case receiveIDs = "receive-ids"
        case previous, accounts, hmac
        case previousHMAC = "previous-hmac"
        case pathToken = "path-token"
        case header, allow, tolerance

        /// nil: of both.
        var kind: Kind? {
            switch self {
            case .kind, .tolerance: nil
            case .account, .token, .aesKey, .receiveIDs, .previous: .wecom
            case .accounts, .hmac, .previousHMAC, .pathToken, .header, .allow: .instance
            }
        }
    }

    /// `tolerance 10m` or `tolerance off`.
    enum Tolerance {
        case within(Duration)
        case off
    }

    /// Token and key of WeCom's console.
    struct KeyPair {
        var token: Located<Secret>?
        var aesKey: Located<Secret>?
    }

    let name: Located<String>
    /// Whether nothing of the block was skipped over a mistake; if not, what seems to be missing may stand there.
    private(set) var isWhole = true
    /// Where each clause was written, sound or not.
    private(set) var written: [Clause: SourceRange] = [:]
    private(set) var kind: Located<Kind>?
    private(set) var tolerance: Located<Tolerance>?

    private(set) var account: Located<String>?
    private(set) var keys = KeyPair()
    private(set) var previousKeys: KeyPair?
    private(set) var receiveIDs: Located<[String]>?

    private(set) var accounts: [(key: Located<String>, value: Located<String>)] = []
    private(set) var hmac: Located<Secret>?
    private(set) var previousHMAC: Located<Secret>?
    private(set) var pathToken: Located<Secret>?
    private(set) var header: (name: Located<String>, value: Located<Secret>)?
    private(set) var allowed: Located<[AddressRange]>?

    var owner: String { "source \"\(name.value)\"" }

    /// ```
    /// source "NAME" { kind wecom     account "…"  token SECRET  aes-key SECRET  receive-ids ["…"]
    ///                 previous { token SECRET  aes-key SECRET }  tolerance DURATION|off }
    /// source "NAME" { kind instance  accounts { "GUID" "ACCOUNT" … }
    ///                 hmac SECRET  previous-hmac SECRET  tolerance DURATION|off
    ///                 | path-token SECRET | header "NAME" SECRET
    ///                 allow ["NETWORK"] }
    /// ```
    init(reading cursor: inout Cursor) throws(Reported) {
        name = try cursor.resourceName("the name of a source")
        isWhole = try cursor.block(of: owner, once: Clause.allCases.map(\.rawValue)) { cursor, word throws(Reported) in
            guard let clause = Clause(rawValue: word.value) else { throw cursor.refuse("a clause of a source") }
            written[clause] = word.range
            try read(clause, &cursor)
        }
    }

    private mutating func read(_ clause: Clause, _ cursor: inout Cursor) throws(Reported) {
        switch clause {
        case .kind: kind = try cursor.choice("a kind of source", Kind.self)
        case .tolerance: tolerance = try Self.tolerance(&cursor)
        case .account: account = try cursor.name("the name of an account")
        case .token: keys.token = try cursor.secret("the token of WeCom's console")
        case .aesKey: keys.aesKey = try cursor.secret("the EncodingAESKey of WeCom's console")
        case .previous: previousKeys = try Self.keyPair(&cursor, of: "`previous` of \(owner)")
        case .receiveIDs:
            let list = try cursor.list(of: "receiveids") { cursor throws(Reported) in
                try cursor.string("a receiveid").value
            }
            guard !list.value.isEmpty else {
                throw cursor.error(
                    "\(owner) would take nothing", at: list.range,
                    hint: "`[\"\"]` stands for the absent receiveid of an AI bot, `[\"*\"]` for any")
            }
            receiveIDs = list
        case .accounts:
            accounts = try cursor.pairs(of: "a guid") { cursor throws(Reported) in
                try cursor.name("the name of an account")
            }
        case .hmac: hmac = try cursor.secret("the secret callbacks are signed with")
        case .previousHMAC: previousHMAC = try cursor.secret("the secret callbacks were signed with")
        case .pathToken: pathToken = try cursor.secret("the last part of the path")
        case .header: header = (try Self.headerName(&cursor), try cursor.secret("the value of the header"))
        case .allow: allowed = try cursor.networks()
        }
    }

    private static func keyPair(_ cursor: inout Cursor, of owner: String) throws(Reported) -> KeyPair {
        var pair = KeyPair()
        try cursor.block(of: owner, once: ["token", "aes-key"]) { cursor, word throws(Reported) in
            if word.value == "token" {
                pair.token = try cursor.secret("the former token")
            } else {
                pair.aesKey = try cursor.secret("the former EncodingAESKey")
            }
        }
        return pair
    }

    /// A second is less than two clocks differ by; a day is longer than anybody retries.
    private static let tolerances: ClosedRange<Duration> = .seconds(1) ... .seconds(86_400)

    private static func tolerance(_ cursor: inout Cursor) throws(Reported) -> Located<Tolerance> {
        if let off = cursor.accept("off") { return Located(.off, at: off.range) }
        let range = cursor.next.range
        guard case .quantity(.duration) = cursor.next.kind else {
            throw cursor.refuse("a duration such as `10m`, or `off`")
        }
        return Located(.within(try cursor.duration("`tolerance`", in: tolerances)), at: range)
    }

    private static func headerName(_ cursor: inout Cursor) throws(Reported) -> Located<String> {
        let name = try cursor.string("the name of a header")
        if let problem = EndpointHeader.problem(name: name.value, value: "") {
            throw cursor.error(problem, at: name.range)
        }
        return Located(name.value.lowercased(), at: name.range)
    }
}
