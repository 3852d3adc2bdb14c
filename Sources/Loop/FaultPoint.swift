// The instants at which a test can end this process, exactly as `kill -9` would: one case for each row of the table "Weir dies"
// in ARCHITECTURE.md (Crash points), named as there. `weir serve` arms one by WEIR_FAULT=NAME, or NAME:N for the N-th time it is
// passed. None is armed otherwise, and passing one costs a load and a branch.

import Synchronization

package enum FaultPoint: String, CaseIterable, Sendable {
    case callbackReceived = "callback.received"
    case callbackOpened = "callback.opened"
    case callbackAppendSent = "callback.append-sent"
    case callbackAppended = "callback.appended"
    case callbackAnswered = "callback.answered"

    case routingRead = "routing.read"
    case routingCommitSent = "routing.commit-sent"
    case routingCommitted = "routing.committed"

    case deliveryRead = "delivery.read"
    case deliveryDue = "delivery.due"
    case deliveryAttempting = "delivery.attempting"
    case deliverySent = "delivery.sent"
    case deliveryAnswered = "delivery.answered"

    case endpointDisableSent = "endpoint.disable-sent"
    case endpointDisabled = "endpoint.disabled"

    case settlementSent = "settlement.sent"
    case settlementCommitted = "settlement.committed"

    case leaseJoined = "lease.joined"
    case leaseAcquireSent = "lease.acquire-sent"
    case leaseAcquired = "lease.acquired"
    case leaseRenewSent = "lease.renew-sent"
    case leaseRenewed = "lease.renewed"
    case leaseYielded = "lease.yielded"
    case leaseReleaseSent = "lease.release-sent"
    case leaseGivenBack = "lease.given-back"
    case leaseLost = "lease.lost"

    case reloadPrepared = "reload.prepared"
    case reloadHalfCommitted = "reload.half-committed"
    case reloadCommitted = "reload.committed"

    case startRedisStarted = "start.redis-started"
    case stopDraining = "stop.draining"
    case stopDrained = "stop.drained"

    /// The variable of the environment that arms one.
    package static let variable = "WEIR_FAULT"

    private static let isAnyArmed = Atomic(false)
    private static let armed = Mutex<(point: FaultPoint, passesLeft: Int)?>(nil)

    package static var isArmed: Bool { isAnyArmed.load(ordering: .relaxed) }

    /// Arms the point that `text` names; false if it names none.
    package static func arm(_ text: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let point = parts.first.flatMap({ FaultPoint(rawValue: String($0)) }),
            let passes = parts.count == 1 ? 1 : Int(parts[1]), passes > 0
        else { return false }
        armed.withLock { $0 = (point, passes) }
        isAnyArmed.store(true, ordering: .relaxed)
        return true
    }

    /// This instant has come. Nothing behind the call happens if the point is armed and this is the pass that was asked for.
    @inline(__always)
    package func pass() {
        if Self.isArmed { count() }
    }

    private func count() {
        Self.armed.withLock {
            guard $0?.point == self, let left = $0?.passesLeft else { return }
            if left == 1 { killThisProcess() }
            $0?.passesLeft = left - 1
        }
    }
}
