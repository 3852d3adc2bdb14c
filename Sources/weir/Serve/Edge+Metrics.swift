// What the listeners count.

import HTTP
import Telemetry

enum ListenerName: String, MetricLabel {
    case `public`, plain, api, operations
}

struct EdgeMetrics: Sendable {
    enum Refusal: String, MetricLabel {
        case tooManyOfAddress = "address_limit"
        case outOfDescriptors = "descriptors"
        case outOfBodyMemory = "body_memory"
    }

    enum StatusClass: String, MetricLabel {
        case informational = "1xx"
        case success = "2xx"
        case redirection = "3xx"
        case clientError = "4xx"
        case serverError = "5xx"
    }

    struct ForListener: Sendable {
        let open: Gauge
        let accepted: Counter
        let refused: LabelledCounter<Refusal>
        let shed: Counter
        let handshakeFailures: Counter
        let malformed: Counter
        let timeouts: Counter
        /// By the first digit of the status, less one.
        let responses: [Counter]
        let seconds: Histogram
    }

    let listeners: [ListenerName: ForListener]

    init(_ registry: MetricsRegistry) {
        var listeners: [ListenerName: ForListener] = [:]
        for name in ListenerName.allCases {
            let labels: MetricLabels = ["listener": name.rawValue]
            let responses = registry.counters(
                "weir_http_responses_total", "Responses by class of status.", labels: labels, by: StatusClass.self,
                as: "status")
            listeners[name] = ForListener(
                open: registry.gauge("weir_connections", "Open connections.", labels: labels),
                accepted: registry.counter("weir_connections_accepted_total", "Connections accepted.", labels: labels),
                refused: registry.counters(
                    "weir_connections_refused_total", "Connections refused.", labels: labels, by: Refusal.self,
                    as: "reason"),
                shed: registry.counter(
                    "weir_connections_shed_total",
                    "Connections closed to make room, because their peers kept Weir waiting longest.", labels: labels),
                handshakeFailures: registry.counter(
                    "weir_tls_handshake_failures_total", "TLS handshakes that failed.", labels: labels),
                malformed: registry.counter(
                    "weir_http_malformed_total", "Requests refused because they break HTTP or its limits.",
                    labels: labels),
                timeouts: registry.counter(
                    "weir_http_timeouts_total", "Connections ended because the peer was too slow.", labels: labels),
                responses: StatusClass.allCases.map { responses[$0] },
                seconds: registry.histogram(
                    "weir_http_request_seconds", "From the first byte of a request to its response.", labels: labels))
        }
        self.listeners = listeners
    }

    func observer(_ name: ListenerName, log: Logger) -> (ServerEvent) -> Void {
        guard let metrics = listeners[name] else { return { _ in } }
        return { event in
            switch event {
            case .accepted:
                metrics.accepted.increment()
                metrics.open.add(1)
            case .closed: metrics.open.subtract(1)
            case .refused(.tooManyOfAddress): metrics.refused[.tooManyOfAddress].increment()
            case .refused(.outOfDescriptors): metrics.refused[.outOfDescriptors].increment()
            case .refused(.outOfBodyMemory): metrics.refused[.outOfBodyMemory].increment()
            case .shed(let count): metrics.shed.increment(by: count)
            case .outOfDescriptors:
                log.error(
                    "descriptors are used up: connections are closed for new ones; allow more (ulimit -n, LimitNOFILE)",
                    ["listener": name.rawValue])
            case .handshakeFailed(let error):
                metrics.handshakeFailures.increment()
                log.debug("a TLS handshake failed", ["listener": name.rawValue, "error": "\(error)"])
            case .malformed(let fault):
                metrics.malformed.increment()
                log.debug("refused a malformed request", ["listener": name.rawValue, "code": fault.code])
            case .timedOut(let phase):
                metrics.timeouts.increment()
                log.debug("a peer was too slow", ["listener": name.rawValue, "phase": phase.rawValue])
            case .answered(let status, let elapsed):
                metrics.responses[min(max(status.code / 100, 1), 5) - 1].increment()
                metrics.seconds.observe(elapsed)
            }
        }
    }
}
