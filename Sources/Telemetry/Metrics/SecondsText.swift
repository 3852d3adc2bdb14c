// Seconds as a decimal number with nothing lost to binary fractions: log fields and the sums of histograms.

extension Duration {
    /// `0.000137`, `12`, `-0.5`; to the nanosecond, rounded towards zero.
    var secondsText: String {
        let (seconds, attoseconds) = components
        let nanoseconds = attoseconds / 1_000_000_000
        let sign = seconds < 0 || nanoseconds < 0 ? "-" : ""
        guard nanoseconds != 0 else { return sign + String(seconds.magnitude) }
        let digits = String(nanoseconds.magnitude)
        var fraction = String(repeating: "0", count: max(0, 9 - digits.utf8.count)) + digits
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(sign)\(seconds.magnitude).\(fraction)"
    }
}
