// The table of settings. To add one: a property with its default (Configuration.swift and its sections) and a row here.

extension Setting {
    package static let table: [Setting] =
        process + listeners + vault + edge + limits + callbacks + history + delivery + audit + log

    /// The blocks in the order of the table, with what they are about.
    static let blocks: [(name: String, about: String)] = [
        ("public", "The listener that WeCom and providers of instances call. TLS."),
        ("plain", "A plain HTTP listener that redirects to the public one and does nothing else. Absent: none."),
        ("api", "REST for tenants and operators, over TLS with the certificates of `public`."),
        ("operations", "Plain HTTP for probes and Prometheus: /healthz, /readyz, /metrics."),
        ("redis", "Absent: Weir starts its own redis-server in the data folder and keeps it running."),
        ("vault", "Where the key is that all secrets in Redis are sealed with."),
        ("edge", "What a connection and a request may cost before anything is known of it."),
        (
            "limits",
            "How many requests the API takes; more are answered with 429. What a tenant may send and receive is a quota of the rules."
        ),
        ("callbacks", "How callbacks are taken in."),
        ("history", "What stays in Redis of events that were routed; `weir rules diff` replays it."),
        ("delivery", "How deliveries to webhooks are made, unless a webhook says otherwise."),
        ("audit", "The log of who did what through the API; it is kept in Redis."),
        ("log", "Lines on standard error."),
    ]

    private static let process: [Setting] = [
        Setting(
            "data", \.data, .path(), .restart,
            why:
                "The folder of what must survive a restart: the embedded Redis' files, the instance's id. Relative paths, here "
                + "and below, begin at the folder in which Weir is started."),
        Setting(
            "rules", \.rules, .path(), .live,
            why: "The rule file, or a folder whose *.rules are read in the order of their names."),
        Setting(
            "loops", \.loops, .integer(in: 0...256), .restart,
            why: "Event loops, one thread each; 0 means one for each core. Connections are spread over them."),
        Setting(
            "roles", \.roles, .choices(), .restart,
            why:
                "What this process does: take callbacks in (edge), route events (router), deliver them (worker). Processes "
                + "that share a Redis can divide the roles among hosts; each role must run somewhere."),
    ]

    private static let listeners: [Setting] = [
        Setting(
            "public.listen", \.publicListener.listen, .address(), .restart,
            why: "WeCom calls port 443 unless the URL in its console names another."),
        Setting(
            "public.certificates", \.publicListener.certificates, .paths(), .live,
            why:
                "X stands for the chain X.pem and the key X.key; the client's host name chooses among several, the first "
                + "serves clients that name none. A renewed file is taken up by a reload."),
        Setting(
            "public.url", \.publicListener.url, .optional(.url()), .live, example: "https://callbacks.example.com",
            why:
                "How the world reaches `public`: redirects of `plain` and the URLs shown for WeCom's console begin with it."
        ),
        Setting(
            "plain.listen", \.plainListener, .optional(.address()), .restart, example: "0.0.0.0:8080",
            why: "For browsers and for certificate authorities that ask over port 80."),
        Setting(
            "api.listen", \.apiListener, .address(), .restart,
            why: "On the loopback interface unless tenants call it from elsewhere."),
        Setting(
            "operations.listen", \.operationsListener, .address(), .restart,
            why: "On the loopback interface or a private network: it asks nobody who they are."),
        Setting(
            "redis.url", \.redis, .optional(.redis()), .restart, example: "unix:/run/redis.sock",
            why:
                "A Redis that somebody else runs. It must have `appendonly yes` and `appendfsync always`, or an answered "
                + "callback can be lost. A password belongs into WEIR_REDIS_URL rather than into the file."),
    ]

    private static let vault: [Setting] = [
        Setting(
            "vault.master-key", \.masterKey, .optional(.secretPlace()), .restart, example: "file:/etc/weir/master.key",
            why:
                "32 bytes in base64, and older keys behind it during a change (`weir keys rotate`). Absent: master.key in the "
                + "data folder, made at the first start. Keep a copy elsewhere than the copies of Redis: neither opens "
                + "anything without the other.")
    ]

    private static let edge: [Setting] = [
        Setting(
            "edge.header-limit", \.edge.headerLimit, .size(in: 1 << 10...64 << 10), .live,
            why: "Request line and headers together; more is answered with 431."),
        Setting(
            "edge.body-limit", \.edge.bodyLimit, .size(in: 1 << 10...64 << 20), .live,
            why:
                "The most memory of a loop that one unauthenticated request may hold; more is answered with 413. WeCom's "
                + "largest callbacks stay far below it."),
        Setting(
            "edge.body-memory", \.edge.bodyMemory, .size(in: 1 << 20...64 << 30), .restart,
            why:
                "All bodies that are on their way in, together, without the first 64 KB of each. Who needs more than is left "
                + "gets 503; callbacks seldom do."),
        Setting(
            "edge.header-timeout", \.edge.headerTimeout, .duration(in: .milliseconds(100) ... .seconds(120)), .live,
            why: "From the first byte of a request to the end of its headers; ends clients that drip."),
        Setting(
            "edge.body-timeout", \.edge.bodyTimeout, .duration(in: .milliseconds(100) ... .seconds(600)), .live,
            why: "From the end of the headers to the end of the body."),
        Setting(
            "edge.idle-timeout", \.edge.idleTimeout, .duration(in: .seconds(1) ... .seconds(3600)), .live,
            why:
                "How long a kept connection may wait for its next request. Longer than a load balancer's in front of Weir, "
                + "or it sends requests into closing connections."),
        Setting(
            "edge.connections-per-address", \.edge.connectionsPerAddress, .integer(in: 1...1_000_000), .live,
            why:
                "Open connections of one client address. WeCom and load balancers come from few addresses, so it is high."
        ),
    ]

    private static let limits: [Setting] = [
        Setting(
            "limits.address", \.limits.address, .rate(in: 1...1_000_000_000), .live,
            why:
                "Of one client address, of IPv6 its /64; counted before the request is looked at, by each process for itself. "
                + "So many may come at once, and what was used comes back evenly over the period."),
        Setting(
            "limits.key", \.limits.key, .rate(in: 1...1_000_000_000), .live,
            why: "Of one API key or one signed-in user, counted by each process for itself."),
        Setting(
            "limits.tenant", \.limits.tenant, .rate(in: 1...1_000_000_000), .live,
            why:
                "Of one tenant, all its keys and users together. Processes that share a Redis share this one; while Redis "
                + "does not answer, each allows it by itself."),
    ]

    private static let callbacks: [Setting] = [
        Setting(
            "callbacks.deadline", \.callbacks.deadline, .duration(in: .milliseconds(100) ... .milliseconds(4900)),
            .live,
            why: "When the answer has to be under way, whatever Redis does. WeCom hangs up after 5 s and sends again."),
        Setting(
            "callbacks.dedupe-window", \.callbacks.dedupeWindow, .duration(in: .seconds(60) ... .seconds(7 * 86_400)),
            .live,
            why:
                "How long a callback's key is remembered, so that its repetition is dropped. At least twice the largest "
                + "tolerance of a source, or a recorded callback can be played again after its key is forgotten."),
    ]

    private static let history: [Setting] = [
        Setting(
            "history.keep", \.history.keep, .duration(in: .seconds(1) ... .seconds(30 * 86_400)), .live,
            why:
                "Events routed longer ago are removed with the next ones that are routed; until then what people wrote is in Redis. 24h lets you try new rules on a day."
        ),
        Setting(
            "history.entries", \.history.entriesMax, .integer(in: 100...10_000_000), .live,
            why:
                "So many are kept at most in each of the 16 partitions, whatever their age: some 1 KB of Redis' memory each. What "
                + "waits to be routed is never removed."),
    ]

    private static let delivery: [Setting] = [
        Setting(
            "delivery.timeout", \.delivery.timeout, .duration(in: .milliseconds(100) ... .seconds(60)), .live,
            why: "From connecting to the end of the answer. Standard Webhooks advises 15 s to 30 s."),
        Setting(
            "delivery.concurrency", \.delivery.concurrency, .integer(in: 1...256), .live,
            why: "Deliveries under way to one webhook at the same time: what a slow receiver can hold of Weir."),
        Setting(
            "delivery.schedule", \.delivery.schedule, .schedule, .live,
            why: "The wait before each attempt, the first included; after the last one the delivery is a dead letter. "
                + "Jitter is added, and a Retry-After of the receiver can only lengthen a wait."),
        Setting(
            "delivery.breaker-after", \.delivery.breakerAfter, .integer(in: 1...1_000_000), .live,
            why:
                "So many failures in a row, or half of twice as many attempts within a minute, and a webhook is only tried now and "
                + "then, after 5 s, 10 s and so on up to 5 min. What waits for it meanwhile uses up no attempts."),
        Setting(
            "delivery.disable-after", \.delivery.disableAfter, .duration(in: .seconds(1) ... .seconds(365 * 86_400)),
            .live,
            why:
                "A webhook whose every attempt failed for so long is disabled: it gets nothing new, what waits becomes dead "
                + "letters, and its tenant gets the event endpoint.disabled. An answer 410 does so at once."),
        Setting(
            "delivery.trust", \.delivery.trust, .optional(.path()), .live, example: "Certs/dev/ca.pem",
            why: "Certificates (PEM) that receivers may be signed by, besides the system's."),
        Setting(
            "delivery.private-networks", \.delivery.privateNetworks, .networks(), .live,
            why:
                "Networks beyond the public internet that webhooks may reach, such as \"127.0.0.0/8\" or \"10.0.0.0/8\". Whoever "
                + "chooses a URL can make Weir call the hosts in them. Addresses at which clouds hand out credentials are reached "
                + "only when listed singly."),
        Setting(
            "delivery.ports", \.delivery.ports, .ports(), .live,
            why:
                "Ports that webhooks may use: by default none of those where mail, shells and name servers listen."),
        Setting(
            "delivery.history", \.delivery.history.attemptsKept,
            .duration(in: .seconds(60) ... .seconds(90 * 86_400)), .live,
            why:
                "How long attempts to deliver can be looked at (`/api/v1/deliveries`): when, how it ended, the first 4 KB of the answer."
        ),
        Setting(
            "delivery.history-entries", \.delivery.history.attemptsMax, .integer(in: 10...1_000_000), .live,
            why:
                "So many attempts are kept at most of each webhook in each of the 16 partitions, and up to 100 more, whatever "
                + "their age: some 150 bytes each, and the answer."),
        Setting(
            "delivery.dead-letters", \.delivery.history.deadLettersKept,
            .duration(in: .seconds(60) ... .seconds(365 * 86_400)), .live,
            why: "How long deliveries that were given up are kept, so that they can be sent after all."),
        Setting(
            "delivery.dead-letter-entries", \.delivery.history.deadLettersMax, .integer(in: 10...1_000_000), .live,
            why:
                "So many are kept at most of each webhook in each of the 16 partitions, and up to 100 more, whatever their age: "
                + "the event's size each."),
        Setting(
            "delivery.proxy", \.delivery.proxy, .optional(.url()), .live, example: "http://proxy.example.com:3128",
            why:
                "A proxy that makes tunnels (CONNECT) for deliveries. Weir looks up and vets the receiver's address all the same "
                + "and asks for a tunnel to that address, so the proxy must allow addresses; TLS is spoken with the receiver."
        ),
        Setting(
            "delivery.proxy-credentials", \.delivery.proxyCredentials, .optional(.secretPlace()), .live,
            example: "env:PROXY_CREDENTIALS", why: "`user:password` for the proxy (Basic)."),
        Setting(
            "delivery.no-proxy", \.delivery.noProxy, .exemptions(), .live,
            why:
                "Receivers that are reached without the proxy: networks such as \"10.0.0.0/8\", and domains such as "
                + "\"example.com\" with all names below them."),
    ]

    private static let audit: [Setting] = [
        Setting(
            "audit.retention", \.audit.retention, .duration(in: .seconds(86_400) ... .seconds(3650 * 86_400)), .restart,
            why: "Older entries are removed. China's Cybersecurity Law asks for six months at least."),
        Setting(
            "audit.entries", \.audit.entriesMax, .integer(in: 1000...10_000_000), .restart,
            why: "So many are kept at most, whatever their age: some 1 KB of Redis' memory each."),
    ]

    private static let log: [Setting] = [
        Setting(
            "log.level", \.log.level, .choice(), .live,
            why: "Lines less urgent than this are not written."),
        Setting(
            "log.format", \.log.format, .choice(), .restart,
            why: "auto: readable on a terminal, one JSON object a line elsewhere."),
    ]
}
