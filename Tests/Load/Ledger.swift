// The books of a run: what became of each request, counted once when it happens and once more at the end.

/// A request is delivered when its answer came, or, in a run with a receiver, when its event came to the webhook. Else it is
/// cut off, if its connection broke before an answer, or missing.
struct Ledger {
    private enum Answer: UInt8 {
        case unsent, awaited, accepted, refused, cutOff
    }

    private let expectsArrivals: Bool
    private var answers: [Answer]
    private var hasArrived: [Bool]
    /// What cannot happen, if all sides are sound. The first few are told.
    private(set) var contradictions: [String] = []

    private(set) var sent = 0
    private(set) var accepted = 0
    private(set) var refused = 0
    private(set) var cutOff = 0
    private(set) var arrived = 0
    /// Arrived again: allowed, since deliveries are made at least once.
    private(set) var repeated = 0

    init(count: Int, expectsArrivals: Bool) {
        self.expectsArrivals = expectsArrivals
        answers = Array(repeating: .unsent, count: count)
        hasArrived = Array(repeating: false, count: expectsArrivals ? count : 0)
    }

    mutating func send(_ number: Int) {
        guard answers[number] == .unsent else { return contradict("\(number) sent twice") }
        answers[number] = .awaited
        sent += 1
    }

    mutating func answer(_ number: Int, status: Int) {
        guard answers[number] == .awaited else { return contradict("an answer to \(number), which awaits none") }
        answers[number] = status == 200 ? .accepted : .refused
        if status == 200 { accepted += 1 } else { refused += 1 }
    }

    mutating func cutOff(_ number: Int) {
        guard answers[number] == .awaited else { return contradict("\(number) cut off, but not under way") }
        answers[number] = .cutOff
        cutOff += 1
    }

    /// Whether this is the first time.
    mutating func arrive(_ number: Int) -> Bool {
        guard hasArrived.indices.contains(number), answers[number] != .unsent else {
            contradict("\(number) arrived, but was never sent")
            return false
        }
        guard !hasArrived[number] else {
            repeated += 1
            return false
        }
        hasArrived[number] = true
        arrived += 1
        return true
    }

    mutating func contradict(_ what: String) {
        if contradictions.count < 5 { contradictions.append(what) }
    }

    /// Nothing more will come of what was sent and answered.
    var isSettled: Bool {
        accepted + refused + cutOff == sent && (!expectsArrivals || arrived >= accepted)
    }

    struct Balance: Equatable {
        var sent = 0
        var delivered = 0
        var missing = 0
        var cutOff = 0
    }

    /// Counted from the state of each request, not from the counters.
    var balance: Balance {
        var balance = Balance()
        for (number, answer) in answers.enumerated() where answer != .unsent {
            balance.sent += 1
            if expectsArrivals ? hasArrived[number] : answer == .accepted {
                balance.delivered += 1
            } else if answer == .cutOff {
                balance.cutOff += 1
            } else {
                balance.missing += 1
            }
        }
        return balance
    }

    /// Why the run is void; empty if its books are in order.
    var problems: [String] {
        var problems = contradictions
        let balance = balance
        if balance.sent != balance.delivered + balance.missing + balance.cutOff || balance.sent != sent {
            problems.append("the ledger does not balance: \(sent) sent by count, but \(balance)")
        }
        if balance.delivered != (expectsArrivals ? arrived : accepted) {
            problems.append("the ledger does not balance: the counters say otherwise than \(balance)")
        }
        return problems
    }
}
