// Work on other threads.

import Loop
import Synchronization
import TestSupport
import Testing

@Suite struct WorkshopTests {
    @Test("results come back, never more at a time than there are threads, and who finds it full is told")
    func bounds() async throws {
        try await onRealLoop { loop in
            let workshop = Workshop(on: loop, threadsMax: 2, waitingMax: 3)
            let shared = Shared()
            var results: [Int?] = []
            let tasks = (0..<8).map { number in
                loop.spawn {
                    let result = await workshop.run { () -> Int in
                        shared.counts.withLock {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        defer { shared.counts.withLock { $0.now -= 1 } }
                        return number * number
                    }
                    results.append(result)
                }
            }
            for task in tasks { await task.value }
            #expect(results.compactMap { $0 }.sorted() == [0, 1, 4, 9, 16])
            #expect(results.count { $0 == nil } == 3)
            #expect(shared.counts.withLock { $0.most } <= 2)
            #expect(await workshop.run { 7 } == 7, "the places are free again")
        }
    }

    private final class Shared: Sendable {
        let counts = Mutex((now: 0, most: 0))
    }
}
