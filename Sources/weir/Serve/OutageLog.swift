// What the log says of Redis' absences: each reason once an outage, however often the client tries, and one line when it is back.

import Telemetry

/// Belongs to one loop.
final class OutageLog {
    private let log: Logger
    private var reasons: Set<String> = []
    /// Whether nobody need be told: while Weir's own server is only being started, and when it is stopped.
    var isExpected: Bool

    init(_ log: Logger, isExpected: Bool) {
        self.log = log
        self.isExpected = isExpected
    }

    func told(isConnected: Bool, _ reason: String) {
        guard isConnected else {
            guard !isExpected, reasons.insert(reason).inserted else { return }
            log.error("no Redis; callbacks are answered with 503 until it is back", ["reason": reason])
            return
        }
        if reason.isEmpty { log.info("connected") } else { log.warning("connected", ["but": reason]) }
        isExpected = false
        reasons.removeAll()
    }
}
