// The latencies of a run, all of them kept: percentiles are exact, whatever the distribution.

struct Latencies {
    /// In nanoseconds.
    private var samples: [Int64] = []

    init(reserving count: Int) { samples.reserveCapacity(count) }

    var count: Int { samples.count }

    mutating func add(_ nanoseconds: Int64) { samples.append(nanoseconds) }

    /// The nearest-rank percentiles in milliseconds, in the order asked for: the smallest sample that at least this share of
    /// all samples does not exceed. 0 without samples.
    func percentiles(_ shares: [Double]) -> [Double] {
        guard !samples.isEmpty else { return shares.map { _ in 0 } }
        let sorted = samples.sorted()
        return shares.map { share in
            let rank = Int((share * Double(sorted.count)).rounded(.up))
            return Double(sorted[min(max(rank, 1), sorted.count) - 1]) / 1e6
        }
    }
}
