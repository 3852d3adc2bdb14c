// An hour of an endpoint in numbers: one hash in Redis, with a group of fields for each ten minutes. Written by the webhook worker, read by
// the API. It stands among the keys of the tenant's counters, so it goes with the tenant.

import Loop

package enum EndpointHour {
    /// Longer than the day that is shown.
    package static let keptFor = Duration.seconds(26 * 3600)
    package static let slotsPerHour: Int64 = 6
    private static let slotMilliseconds: Int64 = 600_000

    /// Ten minutes.
    package struct Slot: Hashable, Sendable, Comparable {
        /// Counted from 1970.
        package let number: Int64

        package init(number: Int64) { self.number = number }
        package init(milliseconds: Int64) { number = max(0, milliseconds) / EndpointHour.slotMilliseconds }

        package var hour: Int64 { number / EndpointHour.slotsPerHour }

        package static func < (left: Slot, right: Slot) -> Bool { left.number < right.number }
    }

    package enum Field: Hashable, Sendable {
        case delivered
        /// Attempts, not deliveries.
        case failed
        /// Deliveries that were given up.
        case dead
        /// In milliseconds, of all attempts.
        case latencyTotal
        /// Attempts that took at most `bounds[…]`, and longer than the bound before.
        case latency(Int)

        var text: String {
            switch self {
            case .delivered: "d"
            case .failed: "f"
            case .dead: "x"
            case .latencyTotal: "t"
            case .latency(let bucket): "l\(bucket)"
            }
        }

        init?(_ text: Substring) {
            switch text {
            case "d": self = .delivered
            case "f": self = .failed
            case "x": self = .dead
            case "t": self = .latencyTotal
            default:
                guard text.first == "l", let bucket = Int(text.dropFirst()),
                    (0...EndpointHour.bounds.count).contains(bucket)
                else { return nil }
                self = .latency(bucket)
            }
        }
    }

    package struct Place: Hashable, Sendable {
        package let slot: Slot
        package let field: Field

        package init(slot: Slot, field: Field) {
            self.slot = slot
            self.field = field
        }

        /// The field's name in the hash: the ten minutes of the hour, and what.
        package var text: String { "\(slot.number % EndpointHour.slotsPerHour)\(field.text)" }

        package init?(_ text: String, hour: Int64) {
            guard let part = text.first?.wholeNumberValue, let field = Field(text.dropFirst()) else { return nil }
            slot = Slot(number: hour * EndpointHour.slotsPerHour + Int64(part))
            self.field = field
        }
    }

    /// In milliseconds.
    package static let bounds: [Int64] = [
        5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 20_000, 30_000, 60_000,
    ]

    package static func bucket(of milliseconds: Int64) -> Int {
        bounds.firstIndex { milliseconds <= $0 } ?? bounds.count
    }

    package static func key(_ endpoint: String, hour: Int64) -> String {
        "weir:{t:\(endpoint.prefix { $0 != "/" })}:endpoint:\(endpoint):\(hour)"
    }
}
