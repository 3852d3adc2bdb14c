// Subscriptions as the API takes and shows them; and what goes wrong with them, as problems.

import Codec
import Events
import Gateway
import HTTP
import Language
import Loop
import Records
import Rules
import Subscriptions
import Telemetry
import Webhooks

enum SubscriptionObjects {
    // MARK: Schemas

    private static let url = TextForm(
        "an http or https URL without user and fragment", format: "uri", example: "https://crm.example.com/hooks/weir"
    ) { (try? HTTPURL($0)) != nil }

    private static let type = TextForm(
        "an event type, a family such as `message.*`, or `*`", pattern: #"^(\*|[a-z_]+(\.([a-z_]+|\*))?)$"#,
        example: "message.*"
    ) { $0 == "*" || !$0.isEmpty && $0.utf8.allSatisfy(isTypeByte) }

    private static func isTypeByte(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || "_.*".utf8.contains(byte)
    }

    private static let filter = TextForm(
        "a condition in the language of rules", example: "content.text contains \"refund\""
    ) { _ in true }

    private static let rate = Schema.text(
        TextForm(
            "how many in a period", pattern: "^[0-9]+ per (second|minute|hour|day)$", example: "10 per second"
        ) { Rate($0) != nil }, 8...17)

    private static let key = TextForm(
        "a key of Standard Webhooks", pattern: "^wh(sec|sk|pk)_[A-Za-z0-9+/=]+$",
        example: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    ) { text in
        let parts = text.split(separator: "_", maxSplits: 1)
        return parts.count == 2 && ["whsec", "whsk", "whpk"].contains(parts[0])
            && parts[1].utf8.allSatisfy { byte in
                byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || (0x2F...0x39).contains(byte))
                    || "+=".utf8.contains(byte)
            }
    }

    private static let scheme = Schema.choice(WebhookKey.Scheme.allCases.map(\.rawValue))
    private static let urls = Schema.text(url, 1...HTTPURL.byteCountMax)
    private static let types = Schema.array(of: .text(type, 1...64), 1...SubscriptionRules.typesMax)
    private static let filters = Schema.text(filter, 1...Filter.bytesMax)
    private static let description = Schema.text(.line, 0...SubscriptionRules.descriptionCharactersMax)
    private static let duration = Schema.text(.duration, 2...16)
    private static let schedule = Schema.array(of: duration, 1...SubscriptionRules.attemptsMax)

    static let overlap = MemberSchema.optional(
        "overlap", duration, "How long former keys sign too, 0s to 7d; 24h unless given. 0s: they stop now.")

    static let newKey: [MemberSchema] = [
        .optional(
            "secret", .text(key, 8...256),
            "The key to sign with: `whsec_…`, or `whsk_…` for a private one; Weir makes one unless it is given."),
        .optional(
            "signature", scheme,
            "Which kind of key Weir makes: v1 (HMAC-SHA256, a secret of both sides; unless given) or v1a (Ed25519)."),
    ]

    private static let header = ObjectSchema(
        "SubscriptionHeader", "A header field of every delivery.",
        [
            .required("name", .text(.line, 1...128), "Its name; those that Weir sets itself are refused."),
            .required(
                "value", .text(.line, 0...SubscriptionRules.headerValueBytesMax),
                "Its value, which is never shown again."
            ),
        ])

    /// What is set; those of weir.conf's `webhook` block mean the same.
    private static let settings: [MemberSchema] = [
        .optional("types", types, "Which events: types, families of them, `*` for all; `[\"*\"]` unless given."),
        .optional(
            "filter", filters,
            "Which of them: a condition as rules have it after `when`; a mistake is told with its place. null: all.",
            isNullable: true),
        .optional("description", description, "For people."),
        .optional(
            "rate", rate, "Attempts in a period at most; null: no limit.", isNullable: true),
        .optional(
            "concurrency", .integer(SubscriptionRules.concurrencies),
            "Deliveries under way at the same time; null: as Weir is configured.", isNullable: true),
        .optional(
            "timeout", duration, "How long a delivery may take, 100ms to 60s; null: as Weir is configured.",
            isNullable: true),
        .optional(
            "schedule", schedule,
            "The wait before each attempt, the first included, 0s to 7d each; null: as Weir is configured.",
            isNullable: true),
        .optional(
            "headers", .array(of: .object(header), 0...SubscriptionRules.headersMax),
            "Header fields of every delivery, such as Authorization; all of them are replaced."),
    ]

    static let creation = ObjectSchema(
        "SubscriptionCreation", "A subscription to be made.",
        [
            .required("url", urls, "Where events are posted to."),
            .optional(
                "tenant_id", IdentityObjects.tenant, "Whose events; your own tenant's unless given."),
            .optional(
                "verify", .boolean,
                "Whether the receiver must first echo a challenge, which is sent at once; until it has, it gets nothing."
            ),
        ] + newKey + settings)

    static let change = ObjectSchema(
        "SubscriptionChange", "What becomes of a subscription; what is left out stays.",
        [.optional("url", urls, "Where events are posted to. Another one has to be verified anew, if this one was.")]
            + settings)

    static let rotation = ObjectSchema(
        "SubscriptionSecretRotation", "Another key.", newKey + [overlap])

    static let subscription = ObjectSchema(
        "Subscription", "Where a tenant wants which events, and how they are delivered there.",
        [
            .required("id", .text(.id, 36...36), "Its id."),
            .required("tenant_id", IdentityObjects.tenant, "Whose events."),
            .required(
                "endpoint", .text(.line, 1...128), "What deliveries, metrics and logs call it: `acme/sub_` and its id."),
            .required("url", urls, "Where events are posted to."), .required("types", types, "Which events."),
            .required("filter", filters, "Which of them; null: all.", isNullable: true),
            .required("description", description, "For people."),
            .required("rate", rate, "Attempts in a period at most.", isNullable: true),
            .required(
                "concurrency", .integer(SubscriptionRules.concurrencies), "Deliveries under way at the same time.",
                isNullable: true),
            .required("timeout", duration, "How long a delivery may take.", isNullable: true),
            .required("schedule", schedule, "The wait before each attempt.", isNullable: true),
            .required(
                "header_names", .array(of: .text(.line, 1...128), 0...SubscriptionRules.headersMax),
                "The header fields of every delivery, without their values."),
            .required(
                "status", .choice(["enabled", "disabled"]),
                "A disabled one gets no events. Weir disables it after a 410 and when it only fails for long."),
            .required("status_reason", .text(.any, 0...1000), "Why it is disabled.", isNullable: true),
            .required(
                "verification", .choice(Subscription.Verification.allCases.map(\.rawValue)),
                "none: not asked for. pending: it gets nothing until its receiver echoes a challenge."),
            .required("created_by", .text(.line, 1...100), "Who made it."),
            .required("created_at", .time, "When it was made."),
            .required("updated_at", .time, "When it was last changed."),
        ])

    static let secret = ObjectSchema(
        "SubscriptionSecret", "What deliveries are signed with.",
        [
            .required(
                "keys",
                .array(
                    of: .object(
                        ObjectSchema(
                            "SubscriptionKey", "A key that signs every delivery.",
                            [
                                .required("scheme", scheme, "How it signs."),
                                .required(
                                    "key", .text(key, 8...256),
                                    "The key: `whsec_…`, or `whsk_…`, which the receiver does not need."),
                                .required(
                                    "verification_key", .text(key, 8...256),
                                    "What the receiver verifies with: `whsec_…` or `whpk_…`."),
                                .required(
                                    "ends_at", .time, "When it stops signing; null: it is the one in use.",
                                    isNullable: true),
                            ])), 1...SubscriptionRules.keysMax), "The one in use first.")
        ])

    private static let attemptMembers: [MemberSchema] = [
        .required("webhook_id", .text(.line, 1...64), "The `webhook-id` it was sent with."),
        .required("status", .integer(0...999), "Of the answer; null: there was none.", isNullable: true),
        .required(
            "error", .choice(FailureReason.allCases.map(\.rawValue)), "What failed; null: nothing.", isNullable: true),
        .required("detail", .text(.any, 0...2000), "The same for a person."),
        .required("latency_ms", .integer(0...120_000), "From connecting to the end of the answer."),
        .required(
            "answer", .text(.any, 0...HTTPClient.bodyKept),
            "The first \(HTTPClient.bodyKept / 1024) KB of the answer; what is no UTF-8 in it is U+FFFD."),
    ]

    static let ping = ObjectSchema(
        "SubscriptionPing", "What came of a `webhook.ping`, sent once and signed as deliveries are.", attemptMembers)

    static let verification = ObjectSchema(
        "SubscriptionVerification", "What came of a `webhook.challenge`.",
        [.required("verified", .boolean, "Whether the receiver echoed it.")] + attemptMembers)

    // MARK: Values

    static func members(_ answer: SubscriptionProbe.Answer) -> [JSONValue.Member] {
        var (error, text) = (JSONValue.null, "delivered")
        switch answer.result.outcome {
        case .delivered: break
        case .failed(let reason, let detail, _), .refused(let reason, let detail):
            (error, text) = (.string(reason.rawValue), detail)
        }
        return [
            .init("webhook_id", .string(answer.webhookID)),
            .init("status", answer.result.status.map { .number(JSONNumber($0)) } ?? .null), .init("error", error),
            .init("detail", .string(String(text.unicodeScalars.prefix(2000)))),
            .init("latency_ms", .number(JSONNumber(max(0, answer.time.milliseconds)))),
            .init("answer", .string(String(decoding: answer.result.answer, as: UTF8.self))),
        ]
    }

    /// - Parameter state: that of its endpoint.
    static func json(_ subscription: Subscription, _ state: EndpointState?) -> JSONValue {
        let reason = subscription.isEnabled ? state.flatMap(reason) : subscription.reason
        let isEnabled = subscription.isEnabled && state?.isDisabled != true
        return .object(
            [
                .init("id", .string(subscription.id)), .init("tenant_id", .string(subscription.tenant)),
                .init("endpoint", .string(subscription.endpointID.text)),
            ] + subscription.settings.members + [
                .init("header_names", .array(subscription.headerNames.map(JSONValue.string))),
                .init("status", .string(isEnabled ? "enabled" : "disabled")),
                .init("status_reason", reason.map(JSONValue.string) ?? .null),
                .init("verification", .string(subscription.verification.rawValue)),
                .init("created_by", .string(subscription.createdBy)), .init("created_at", time(subscription.createdAt)),
                .init("updated_at", time(subscription.updatedAt)),
            ])
    }

    /// Why Weir disabled an endpoint by itself.
    private static func reason(_ state: EndpointState) -> String? {
        switch state.disabledBy {
        case .gone: "its receiver answered 410 (Gone)"
        case .failures:
            "every attempt failed since \(state.failingSince.flatMap { Timestamp(milliseconds: $0) }?.description ?? "long ago")"
        case nil: nil
        }
    }

    static func json(_ keys: [SubscriptionKey]) -> JSONValue {
        [
            "keys": .array(
                keys.map {
                    [
                        "scheme": .string($0.key.scheme.rawValue), "key": .string($0.key.text.revealed),
                        "verification_key": .string($0.key.verification.text.revealed),
                        "ends_at": $0.endsAt.map(time) ?? .null,
                    ]
                })
        ]
    }

    private static func time(_ milliseconds: Int64) -> JSONValue {
        Timestamp(milliseconds: milliseconds).map { .string($0.description) } ?? .null
    }

    // MARK: Members of a body that was checked

    static func headers(_ value: JSONValue?) -> [EndpointHeader]? {
        value?.array?.map { EndpointHeader(name: $0["name"]?.string ?? "", value: $0["value"]?.string ?? "") }
    }

    static func key(_ body: JSONValue) throws(Problem) -> SubscriptionDirectory.NewKey {
        let scheme = body["signature"]?.string.flatMap(WebhookKey.Scheme.init)
        guard let text = body["secret"]?.string else { return .made(scheme ?? .v1) }
        let key: WebhookKey
        do throws(WebhookKey.Fault) { key = try WebhookKey(text) } catch {
            throw Problem(member: "secret", "format", "\(error)")
        }
        guard scheme == nil || scheme == key.scheme else {
            throw Problem(member: "signature", "not_allowed", "must fit the `secret` that is given, or be left out")
        }
        return .given(key)
    }
}

// MARK: - Problems

extension ProblemCode {
    static let tooManySubscriptions = ProblemCode(
        "too_many_subscriptions", .conflict,
        "The tenant has \(SubscriptionRules.perTenantMax) subscriptions, which are as many as it may have.")
    static let probesBusy = ProblemCode(
        "probes_busy", .serviceUnavailable,
        "Too many webhooks are being tried out; Retry-After says when to come again.")
    static let tooManyKeys = ProblemCode(
        "too_many_keys", .conflict, "\(SubscriptionRules.keysMax) keys sign already; one has to end first.")
}

extension Problem {
    init(member field: String, _ code: String, _ detail: String) {
        self.init(
            .validationFailed, "Wrong members or parameters: 1; see errors.",
            errors: [MemberFault(field: field, code: code, detail: detail)])
    }

    init(_ fault: SubscriptionFault) {
        switch fault {
        case .invalid(let problems):
            self.init(
                .validationFailed, "Wrong members or parameters: \(problems.count); see errors.",
                errors: problems.prefix(50).map {
                    MemberFault(field: $0.field, code: $0.code, detail: String($0.detail.prefix(2000)))
                })
        case .tooMany: self.init(.tooManySubscriptions, "\(fault)")
        case .tooManyKeys: self.init(.tooManyKeys, "\(fault)")
        case .busy: self.init(.probesBusy, "\(fault)", retryAfter: 1)
        case .store(let fault): self.init(fault)
        case .vault, .crypto: self.init(.internalError, "\(fault)")
        }
    }
}
