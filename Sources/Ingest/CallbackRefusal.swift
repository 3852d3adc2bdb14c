// Why a callback is refused. To the outside every one of them is the same answer; the reason is for the log and the metrics.

import WeCom

struct CallbackRefusal: Error {
    let reason: IngestMetrics.Refusal
    let detail: String

    init(_ reason: IngestMetrics.Refusal, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    init(_ fault: EnvelopeFault) {
        reason = IngestMetrics.Refusal(rawValue: fault.reason.rawValue) ?? .body
        detail = "\(fault) (\(fault.code))"
    }
}
