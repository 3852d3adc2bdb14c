// What no single block shows: settings that contradict each other, and what is allowed but hardly meant. The latter are the warnings
// of `weir config check`, which a start and a reload log too.

import Language
import Loop
import Telemetry

struct ConfigurationChecker {
    let draft: ConfigurationDraft
    let configuration: Configuration
    var findings: Findings

    /// Shorter ones are guessed: 20 characters of base64 are 120 bits.
    private static let secretLengthMin = 20

    mutating func check() {
        checkListeners()
        checkDedupeWindow()
        checkGUIDs()
        let sources = configuration.tenants.flatMap(\.sources)
        for draft in draft.tenants.flatMap(\.sources) {
            // A repeated name is an error already; either of the two is then as good as the other.
            guard let source = sources.first(where: { $0.name == draft.name.value }) else { continue }
            checkTolerance(draft, source)
            if case .instance(let instance) = source.kind { checkProtection(draft, instance) }
        }
        for webhook in draft.tenants.flatMap(\.webhooks) { checkURL(webhook) }
        checkProxy()
    }

    // MARK: Sources

    /// Whoever finds the URL must not be able to write events into a tenant's stream.
    private mutating func checkProtection(_ draft: SourceDraft, _ source: InstanceSource) {
        let isOpen = source.allowed.isEmpty || source.allowed.contains(where: \.isEverything)
        switch source.authentication {
        case .addressOnly where isOpen:
            findings.warning(
                "anyone who finds the URL of \(draft.owner) can write events", at: draft.name.range,
                hint: "demand `hmac`, else `header` or `path-token` together with `allow [\"NETWORK\"]`")
        case .addressOnly:
            findings.warning(
                "\(draft.owner) trusts every program of its networks", at: draft.name.range,
                hint: "demand a `header` or a `path-token` besides")
        case .hmac(let key, _, _):
            warnIfGuessable(key.revealed.count, "`hmac`", at: draft.hmac?.range)
        case .pathToken(let token):
            warnIfGuessable(token.revealed.utf8.count, "`path-token`", at: draft.pathToken?.range)
            if isOpen { warnOfLeak("a path stands in the logs of every proxy on the way", draft, source) }
        case .header(_, let value):
            warnIfGuessable(value.revealed.utf8.count, "`header`", at: draft.header?.value.range)
            if isOpen { warnOfLeak("a header does not prove that the body is genuine", draft, source) }
        }
    }

    private mutating func warnOfLeak(_ reason: String, _ draft: SourceDraft, _ source: InstanceSource) {
        findings.warning(
            "\(draft.owner) takes callbacks from any address: \(reason)", at: draft.name.range,
            hint: source.allowed.isEmpty
                ? "add `allow [\"NETWORK\"]` with the addresses of the provider"
                : "narrow `allow` down to the addresses of the provider")
    }

    private mutating func warnIfGuessable(_ count: Int, _ what: String, at range: SourceRange?) {
        guard let range, count < Self.secretLengthMin else { return }
        findings.warning(
            "\(what) can be guessed: it has \(count) characters, and \(Self.secretLengthMin) are the least", at: range,
            hint: "make one with: openssl rand -hex 24")
    }

    private mutating func checkTolerance(_ draft: SourceDraft, _ source: CallbackSource) {
        guard case .off = draft.tolerance?.value, let range = draft.tolerance?.range else { return }
        switch source.kind {
        case .instance(let instance):
            guard case .hmac = instance.authentication else { return }
            findings.warning(
                "without a tolerance a recorded callback of \(draft.owner) can be played again at any time", at: range,
                hint: "only `callbacks.dedupe-window` then stands against it; 5m is usual")
        case .wecom:
            return  // WeCom retries with the old timestamp for hours, so `off` is a choice one can make.
        }
    }

    /// A callback recorded at the start of its tolerance is fresh until the end, on clocks that differ by as much.
    private mutating func checkDedupeWindow() {
        let window = configuration.callbacks.dedupeWindow
        let longest = draft.tenants.flatMap(\.sources).compactMap { source -> Located<Duration>? in
            guard case .within(let duration) = source.tolerance?.value, let range = source.tolerance?.range else {
                return nil
            }
            return Located(duration, at: range)
        }.max { $0.value < $1.value }
        let needed = (longest?.value ?? .seconds(600)) * 2
        guard window < needed, let range = draft.places["callbacks.dedupe-window"] ?? longest?.range else { return }
        findings.warning(
            "a callback can be played again after its key is forgotten: the largest tolerance is "
                + "\(SettingText.duration(needed / 2)), the dedupe window \(SettingText.duration(window))", at: range,
            hint: "`callbacks.dedupe-window` is at least \(SettingText.duration(needed))")
    }

    private mutating func checkGUIDs() {
        var first: [String: (source: String, range: SourceRange)] = [:]
        for source in draft.tenants.flatMap(\.sources) {
            for (guid, _) in source.accounts {
                if let earlier = first[guid.value] {
                    findings.warning(
                        "guid \"\(guid.value)\" also stands in source \"\(earlier.source)\" on line \(earlier.range.line)",
                        at: guid.range, hint: "an instance has one callback URL, so one of the two is never used")
                } else {
                    first[guid.value] = (source.name.value, guid.range)
                }
            }
        }
    }

    // MARK: Listeners and webhooks

    private mutating func checkListeners() {
        if let range = draft.places["operations.listen"],
            configuration.operationsListener.ip?.isLoopback == false
        {
            findings.warning(
                "`operations` is reachable from other hosts and asks nobody who they are", at: range,
                hint: "listen on 127.0.0.1, or make sure that only monitoring reaches it")
        }
        let listeners: [(String, SocketAddress?)] = [
            ("public.listen", configuration.publicListener.listen), ("plain.listen", configuration.plainListener),
            ("api.listen", configuration.apiListener), ("operations.listen", configuration.operationsListener),
        ]
        for (index, (name, address)) in listeners.enumerated() {
            for (other, otherAddress) in listeners[..<index] {
                guard let address, let otherAddress, Self.overlap(address, otherAddress) else { continue }
                guard let range = draft.places[name] ?? draft.places[other] else { continue }
                findings.error("`\(name)` takes connections away from `\(other)`, \(otherAddress)", at: range)
            }
        }
    }

    /// The kernel refuses two sockets on one address, but not these: listeners are opened once for each loop (SO_REUSEPORT),
    /// and then it spreads connections over strangers too.
    private static func overlap(_ left: SocketAddress, _ right: SocketAddress) -> Bool {
        guard let leftIP = left.ip, let rightIP = right.ip, left.port == right.port else { return left == right }
        return leftIP == rightIP || leftIP.isUnspecified || rightIP.isUnspecified
    }

    private mutating func checkProxy() {
        guard let proxy = configuration.delivery.proxy, let range = draft.places["delivery.proxy"] else { return }
        if proxy.scheme != .http || proxy.target != "/" {
            findings.error(
                "a proxy is written `http://host:port`: it is reached without TLS, which is spoken through it",
                at: range)
        }
    }

    private mutating func checkURL(_ webhook: WebhookDraft) {
        guard let url = webhook.url else { return }
        if let problem = AddressPolicy(configuration.delivery).problem(with: url.value) {
            findings.error("\(webhook.owner) cannot be reached: \(problem)", at: url.range)
        }
        guard url.value.scheme == .http else { return }
        findings.warning(
            "events for \(webhook.owner) travel in the clear", at: url.range,
            hint: "the signature proves where they come from, but hides nothing; use https://")
    }
}

extension IPAddress {
    /// `0.0.0.0` and `::`, which stand for every address of the host.
    fileprivate var isUnspecified: Bool { isV4 ? low == 0xFFFF_0000_0000 : high == 0 && low == 0 }
}
