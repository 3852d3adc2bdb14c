// Attempts, from the permit to the outcome, and what they say of their endpoint.

import Crypto
import Gateway
import Loop
import Redis
import Telemetry

extension WebhookWorker {
    // MARK: Attempts

    /// Starts as many attempts as there are permits. While something waits, this loop is noted for the next permit, or a timer is set.
    func pump(_ lane: Lane) {
        while lane.hasWaiting {
            switch lane.permits.take(lane.terms, at: loop.now, for: waiter) {
            case .granted(let attempt): begin(lane, attempt)
            case .waits: return
            case .later(let due): return lane.sleep(until: due, on: loop) { [unowned self] in pump(lane) }
            }
        }
    }

    /// A permit that another attempt gave back is this loop's: it is used, or passed on.
    func granted(_ permits: EndpointPermits, _ attempt: EndpointConduct.Attempt) {
        guard let lane = lanes[permits.endpoint], lane.hasWaiting else {
            _ = permits.end(attempt, .unused, at: loop.now, wall: loop.wallMilliseconds)
            return
        }
        begin(lane, attempt)
        pump(lane)
    }

    /// Something is different about an endpoint.
    func askAgain(_ endpoint: String) {
        guard let lane = lanes[endpoint] else { return }
        guard endpoints.isDisabled(endpoint) else { return pump(lane) }
        for item in lane.drop() { refuse(item) }
    }

    func begin(_ lane: Lane, _ attempt: EndpointConduct.Attempt) {
        guard let item = lane.start() else {
            _ = lane.permits.end(attempt, .unused, at: loop.now, wall: loop.wallMilliseconds)
            return
        }
        metrics.underWay.add(1)
        loop.spawn {
            let started = self.loop.now
            let result = await self.attempt(item, lane)
            self.metrics.underWay.subtract(1)
            lane.finish(after: self.loop.now - started)
            let turn = lane.permits.end(
                attempt, result.ending, retryAfter: result.pauseAskedFor, breakerAfter: self.terms.breakerAfter,
                disableAfter: self.terms.disableAfter,
                at: self.loop.now, wall: self.loop.wallMilliseconds, chance: self.chance())
            self.follow(turn, lane.permits)
        }
    }

    func chance() -> Double { Double(random.next() >> 11) / Double(1 << 53) }

    func attempt(_ item: QueuedDelivery, _ lane: Lane) async -> AttemptResult {
        let started = loop.now
        let startedAt = loop.wallMilliseconds
        FaultPoint.deliveryAttempting.pass()
        let result = await sender.attempt(item.delivery, to: lane.prepared)
        FaultPoint.deliveryAnswered.pass()
        metrics.attemptSeconds.observe(loop.now - started)
        var item = item
        item.delivery.attempts += 1
        let record = AttemptRecord(
            result, number: item.delivery.attempts, startedAt: startedAt, latency: loop.now - started)
        switch result.outcome {
        case .delivered(let status):
            metrics.attempts[.delivered].increment()
            metrics.deliverySeconds.observe(.milliseconds(loop.wallMilliseconds - item.delivery.acceptedAt))
            log.debug("delivered", fields(item, detail: "status \(status)"))
            settle(item, item.isRetry ? .settled : .sent, record)
        case .failed(let reason, let detail, let retryAfter):
            metrics.attempts[.failed].increment()
            metrics.failures[reason].increment()
            let schedule = lane.prepared.endpoint.schedule ?? terms.schedule
            let pause = schedule.pause(after: item.delivery.attempts, retryAfter: retryAfter, random: chance())
            guard let pause else {
                giveUp(item, reason, detail: detail, record)
                break
            }
            log.info("an attempt failed and will be repeated", fields(item, detail: detail))
            retry(item, after: pause, reason: reason.rawValue, record)
        case .refused(let reason, let detail):
            metrics.attempts[.refused].increment()
            metrics.failures[reason].increment()
            giveUp(item, reason, detail: detail, record)
            if reason == .gone { disable(item.delivery.endpoint, by: .gone, failingSince: nil) }
        }
        return result
    }

    // MARK: Endpoints

    /// What an attempt's end says of its endpoint is kept, and told.
    func follow(_ turn: EndpointPermits.Turn, _ permits: EndpointPermits) {
        let endpoint = permits.endpoint
        let now = loop.wallMilliseconds
        switch turn {
        case .none: return
        case .failing(let since, let isOpen):
            if isOpen {
                metrics.openings.increment()
                log.warning(
                    "an endpoint fails so often that it gets only probes", ["endpoint": endpoint, "since": since])
            }
            change(endpoint, orElse: permits.forgetKept) { (states) throws(RedisError) in
                try await states.keepFailing(endpoint, since: since, isOpen: isOpen, at: now)
            }
        case .recovered:
            log.info("an endpoint that failed takes deliveries again", ["endpoint": endpoint])
            change(endpoint) { (states) throws(RedisError) in try await states.keepRecovered(endpoint) }
        case .overdue(let since): disable(endpoint, by: .failures, failingSince: since)
        }
    }

    func disable(_ endpoint: String, by reason: EndpointState.DisabledBy, failingSince: Int64?) {
        let now = loop.wallMilliseconds
        guard !endpoints.isDisabled(endpoint) else { return }
        change(endpoint) { [metrics, log] (states) throws(RedisError) in
            let state = try await states.disable(endpoint, by: reason, failingSince: failingSince, at: now)
            FaultPoint.endpointDisabled.pass()
            if state?.disabledAt == now {
                metrics.disabled.increment()
                log.warning("an endpoint was disabled", ["endpoint": endpoint, "by": reason.rawValue])
            }
            return state
        }
    }

    /// - Parameter orElse: if Redis could not be told; the next occasion tries again.
    func change(
        _ endpoint: String, orElse: @escaping () -> Void = {},
        _ step: @escaping (EndpointStateStore) async throws(RedisError) -> EndpointState?
    ) {
        loop.spawn { [self] in
            do throws(RedisError) {
                herald?.look(at: endpoint, try await step(states), states)
            } catch {
                log.warning("the state of an endpoint could not be kept", ["endpoint": endpoint, "error": "\(error)"])
                orElse()
            }
        }
    }
}

extension AttemptRecord {
    fileprivate init(_ result: AttemptResult, number: Int, startedAt: Int64, latency: Duration) {
        let (reason, detail): (FailureReason?, String) =
            switch result.outcome {
            case .delivered: (nil, "")
            case .failed(let reason, let detail, _), .refused(let reason, let detail): (reason, detail)
            }
        self.init(
            number: number, startedAt: startedAt, latency: latency, status: result.status, reason: reason?.rawValue,
            detail: detail, answer: result.answer)
    }
}
