// What the callback edge counts.

package import Telemetry
import WeCom

package struct IngestMetrics: Sendable {
    enum Result: String, MetricLabel {
        /// Kept: at least one event was new.
        case accepted
        case duplicate
        /// A URL verification that was answered.
        case verified
        case refused
        /// Beyond the tenant's quota `callbacks`; the sender may repeat it.
        case limited
        /// Redis did not confirm; the sender will repeat it.
        case unavailable
    }

    /// Why a callback was refused: the stages of the envelope, and what comes before them.
    enum Refusal: String, MetricLabel {
        case source, method, query, timestamp, address, secret, unsigned, content
        case key, body, digest, signature, base64, ciphertext, padding, length, receiveid, encrypt, reply

        init(_ reason: EnvelopeFault.Reason) {
            self =
                switch reason {
                case .key: .key
                case .body: .body
                case .digest: .digest
                case .signature: .signature
                case .base64: .base64
                case .ciphertext: .ciphertext
                case .padding: .padding
                case .length: .length
                case .receiveID: .receiveid
                case .encrypt: .encrypt
                case .reply: .reply
                }
        }
    }

    /// The stages of one callback.
    enum Stage: String, MetricLabel {
        /// Verify, decrypt.
        case open
        /// Inner document to event record.
        case normalise
        /// Until Redis confirmed the fsynced append.
        case append
    }

    let callbacks: LabelledCounter<Result>
    let accepted: Counter
    let duplicate: Counter
    let refusals: LabelledCounter<Refusal>
    let events: Counter
    let duplicates: Counter
    let unknown: Counter
    let openSeconds: Histogram
    let normaliseSeconds: Histogram
    let appendSeconds: Histogram
    let seconds: Histogram
    let late: Counter

    package init(_ registry: MetricsRegistry) {
        callbacks = registry.counters(
            "weir_callbacks_total", "Callbacks answered, by result.", by: Result.self, as: "result")
        accepted = callbacks[.accepted]
        duplicate = callbacks[.duplicate]
        refusals = registry.counters(
            "weir_callback_refusals_total", "Callbacks refused, by the reason that only this side learns.",
            by: Refusal.self, as: "reason")
        events = registry.counter("weir_events_appended_total", "Events appended to the streams.")
        duplicates = registry.counter(
            "weir_events_duplicate_total", "Events recognised as repetitions and not appended.")
        unknown = registry.counter("weir_events_unknown_total", "Events kept as type unknown.")
        let stages = registry.histograms(
            "weir_callback_stage_seconds", "Time in each stage of a callback.", by: Stage.self, as: "stage")
        openSeconds = stages[.open]
        normaliseSeconds = stages[.normalise]
        appendSeconds = stages[.append]
        seconds = registry.histogram(
            "weir_callback_seconds", "From the first byte of a callback to its answer, without writing it.")
        late = registry.counter(
            "weir_callbacks_late_total", "Callbacks answered after the deadline, which their sender may repeat.")
    }
}
