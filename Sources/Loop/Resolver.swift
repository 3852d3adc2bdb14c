// Names to addresses. The system's resolver blocks, so each look-up has a thread of its own; answers are kept for a while.

/// Belongs to one loop. Callers that ask for a name while it is being looked up share the look-up.
package final class Resolver {
    private struct Answer {
        var result: Result<[IPAddress], StreamError>
        var until: Instant
    }

    /// `getaddrinfo` does not tell the record's TTL; half a minute keeps fail-over by DNS quick.
    private static let keepAnswer = Duration.seconds(30)
    private static let keepFailure = Duration.seconds(5)
    /// Beyond this many names the cache starts anew: a bound, not a policy.
    private static let namesMax = 10_000
    /// Look-ups under way at one time; each holds a thread.
    private static let lookupsMax = 64

    private let loop: EventLoop
    private var answers: [String: Answer] = [:]
    private var underway: [String: [Gate]] = [:]

    package init(loop: EventLoop) { self.loop = loop }

    /// The addresses of a host name or of a numeric address, in the system's order of preference. The system may take far longer
    /// than a caller has; then the caller gets `.timedOut`, and the answer serves the next one.
    package func addresses(of host: String, by deadline: Instant = .never) async throws(StreamError) -> [IPAddress] {
        if let address = IPAddress(host) { return [address] }
        if let known = answers[host], known.until > loop.now { return try known.result.get() }
        if underway[host] == nil {
            guard underway.count < Self.lookupsMax else {
                throw .lookup(host: host, reason: "too many look-ups under way")
            }
            underway[host] = []
            loop.spawn { await self.lookUp(host) }
        }
        let gate = Gate()
        underway[host]?.append(gate)
        let timer = loop.schedule(at: deadline) { gate.open(.timedOut) }
        defer { timer.cancel() }
        guard await gate.wait() == .ready else { throw .timedOut }
        guard let answer = answers[host] else { throw .lookup(host: host, reason: "no answer") }
        return try answer.result.get()
    }

    /// As if the system had just answered so.
    func remember(_ addresses: [IPAddress], for host: String) {
        answers[host] = Answer(result: .success(addresses), until: loop.now + Self.keepAnswer)
    }

    private func lookUp(_ host: String) async {
        let handover = Handover<Result<[IPAddress], StreamError>>(loop: loop)
        let isStarted = startThread(named: "weir-dns") { handover.deliver(lookUpBlocking(host)) }
        if !isStarted { handover.deliver(.failure(.lookup(host: host, reason: "the process is out of threads"))) }
        let result = await handover.value()
        if answers.count >= Self.namesMax { answers.removeAll() }
        let keep = (try? result.get()) == nil ? Self.keepFailure : Self.keepAnswer
        answers[host] = Answer(result: result, until: loop.now + keep)
        for gate in underway.removeValue(forKey: host) ?? [] { gate.open() }
    }
}
