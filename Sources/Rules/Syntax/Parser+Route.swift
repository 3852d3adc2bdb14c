// Routes: which events go where.

import Language

extension Parser {
    /// Routes apply first to last. Every route whose condition holds applies, unless an earlier one that matched said `stop`. A
    /// route without `when` matches every event. A `shadow` route is only counted: nothing goes to its targets, and its `stop`
    /// stops nothing, so that it can be watched on live events before it is let loose.
    ///
    ///     route "NAME" { [when EXPRESSION]   to TARGET…   [stop]   [shadow] }
    ///
    ///     route "complaints" {
    ///         when  type = message.received and content.text contains any ["退款", "投诉"]
    ///         to    alert "customer complaint" level warning
    ///         to    webhook "https://crm.example.com/hooks/wecom" secret env:CRM_SECRET
    ///     }
    func route(_ cursor: inout Cursor) throws(Reported) -> RouteDeclaration {
        let name = try cursor.name("the name of a route")
        var route = RouteDeclaration(
            name: name, condition: nil, targets: [], stops: false, isShadow: false, isSound: true)
        let isSound = try cursor.block(
            of: "route \"\(name.value)\"", once: Vocabulary.route, many: Vocabulary.routeMany
        ) {
            cursor, clause throws(Reported) in
            switch clause.value {
            case "when": route.condition = try ExpressionParser.parse(&cursor)
            case "to": route.targets.append(try target(&cursor))
            case "shadow": route.isShadow = true
            default: route.stops = true
            }
        }
        route.isSound = isSound
        if route.targets.isEmpty, isSound {
            throw cursor.error(
                "route \"\(name.value)\" has no `to`", at: name.range, hint: "`to drop` says that nothing is to happen")
        }
        return route
    }

    /// Where the events of a route go. `webhooks` are the tenant's own subscriptions; `webhook` is an endpoint named here, signed
    /// if it has a secret.
    ///
    ///     to webhooks | webhook "URL" [secret env:NAME | file:PATH] | alert "NAME" [level LEVEL] | accounts | outbound | drop
    private func target(_ cursor: inout Cursor) throws(Reported) -> Located<Target> {
        let word = try cursor.choice("a target", among: Vocabulary.targets)
        let target: Target
        switch word.value {
        case "webhooks": target = .webhooks
        case "webhook": target = try webhook(&cursor)
        case "alert":
            let name = try cursor.name("the name of an alert")
            let level = cursor.accept("level") == nil ? AlertLevel.warning : try level(&cursor).value
            target = .alert(name: name.value, level: level)
        case "accounts": target = .accounts
        case "outbound": target = .outbound
        default: target = .drop
        }
        return Located(target, at: word.range.through(cursor.last?.range ?? word.range))
    }

    private func webhook(_ cursor: inout Cursor) throws(Reported) -> Target {
        let url = try cursor.string("the URL of a webhook")
        cursor.hideKeys(in: url.range)
        guard Self.isWebAddress(url.value) else {
            throw cursor.error("a webhook's URL begins with `https://` and a host", at: url.range)
        }
        var secret: Secret?
        if cursor.accept("secret") != nil {
            let place = try cursor.secret("a secret")
            if case .inline = place.value {
                throw cursor.error(
                    "a secret does not stand in a rule file", at: place.range,
                    hint: "name the place where it is kept: env:NAME or file:PATH")
            }
            secret = place.value
        }
        // The checker numbers the endpoints, over all files.
        return .webhook(url: url.value, secret: secret, index: 0)
    }

    /// A glance only, for slips of the pen. What may be connected to is decided where the connection is made.
    private static func isWebAddress(_ url: String) -> Bool {
        let bytes = url.utf8
        guard let scheme = ["https://", "http://"].first(where: { bytes.starts(with: $0.utf8) }),
            let first = bytes.dropFirst(scheme.utf8.count).first, !"/:?".utf8.contains(first)
        else { return false }
        return bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}
