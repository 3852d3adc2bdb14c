// Why a callback is refused. To the outside every one of them is the same answer; the reason is for the log and the metrics.

import WeCom

struct CallbackRefusal: Error {
    private enum Cause {
        case text(String)
        case envelope(EnvelopeFault)
    }

    let reason: IngestMetrics.Refusal
    private let cause: Cause

    init(_ reason: IngestMetrics.Refusal, _ detail: String) {
        self.reason = reason
        cause = .text(detail)
    }

    init(_ fault: EnvelopeFault) {
        reason = IngestMetrics.Refusal(fault.reason)
        cause = .envelope(fault)
    }

    /// For the log. To find words takes longer for some faults than for others, so ask for them after the answer.
    var detail: String {
        switch cause {
        case .text(let text): text
        case .envelope(let fault): "\(fault) (\(fault.code))"
        }
    }
}
