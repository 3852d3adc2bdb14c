// X-Request-Id: what a caller, a proxy and Weir's log and audit log call one request.

import Crypto
import HTTP

struct RequestIDs {
    /// Made at start, so that ids of two processes differ.
    private let prefix: String
    private var count: UInt64 = 0

    init(random: RandomSource = .system) {
        var random = random
        prefix = Self.hexadecimal(random.next()) + "-"
    }

    /// The caller's, if it has sent one that can stand in a log; else a new one.
    mutating func id(of request: Request) -> String {
        if let range = request.head.headers.first(.xRequestID), Self.isSane(range, in: request.bytes) {
            return request.text(range)
        }
        count += 1
        return prefix + String(count, radix: 16)
    }

    private static func isSane(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        guard 1...128 ~= range.count else { return false }
        for index in range {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: ":"):
                continue
            default: return false
            }
        }
        return true
    }

    private static func hexadecimal(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
