// The three signed-with parameters of a callback's URL, percent-decoded once, otherwise exactly as received: the signature
// covers the timestamp's text, not its number. A view into the caller's buffers, so it costs nothing.

package struct CallbackQuery: ~Escapable {
    /// `msg_signature`
    package let signature: Span<UInt8>
    package let timestamp: Span<UInt8>
    package let nonce: Span<UInt8>

    @_lifetime(copy signature, copy timestamp, copy nonce)
    package init(signature: Span<UInt8>, timestamp: Span<UInt8>, nonce: Span<UInt8>) {
        self.signature = signature
        self.timestamp = timestamp
        self.nonce = nonce
    }
}
