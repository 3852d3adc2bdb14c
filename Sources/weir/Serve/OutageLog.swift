// What the log says of Redis' absences: each reason once an outage, however often the client tries, and one line when it is back.

import Telemetry

struct OutageLog {
    private let log: Logger
    private var reasons: Set<String> = []
    /// Whether nobody need be told: at the start of a server that is only being started.
    private var isExpected: Bool

    init(_ log: Logger, isExpected: Bool) {
        self.log = log
        self.isExpected = isExpected
    }

    mutating func told(isConnected: Bool, _ reason: String) {
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
