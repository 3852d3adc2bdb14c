// What a callback source shares with WeCom. While the console's settings are being changed, callbacks of the old pair are
// still on their way (retries come minutes later), so two pairs can be valid at once.

package struct CallbackCredentials: Sendable {
    package struct Pair: Sendable {
        package var token: [UInt8]
        package var key: EncodingAESKey

        package init(token: String, key: EncodingAESKey) {
            self.token = Array(token.utf8)
            self.key = key
        }
    }

    package enum Generation: String, Sendable {
        case current
        case previous
    }

    package var current: Pair
    package var previous: Pair?
    package var receiveIDs: ReceiveIDs

    package init(_ current: Pair, previous: Pair? = nil, receiveIDs: ReceiveIDs) {
        self.current = current
        self.previous = previous
        self.receiveIDs = receiveIDs
    }
}
