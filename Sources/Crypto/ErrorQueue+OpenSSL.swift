// OpenSSL's error queue: one per thread, so shared by every TLS connection of a loop. A failure in this module reads its
// newest entry and empties the queue, or else the next SSL_get_error on the thread would report our failure as its own.

import COpenSSL

enum ErrorQueue {
    /// Forgets older entries, so that a failure to come cannot be explained by one of them. For constructors; the calls
    /// of the hot path skip it (3.0 walks all 16 slots) and rely on every failure being taken at once.
    static func clear() {
        ERR_clear_error()
    }

    /// The newest entry's text; the queue is empty afterwards.
    static func takeReason() -> String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0 else { return "no reason given" }
        guard let text = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}

extension CryptoError {
    static func failedNow(to operation: String) -> CryptoError {
        .failed(operation: operation, reason: ErrorQueue.takeReason())
    }
}
