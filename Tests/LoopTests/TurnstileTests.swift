import TestSupport
import Testing

@testable import Loop

@Suite struct TurnstileTests {
    @Test("so many pass in a turn, in the order they came, and others run in between")
    func order() async throws {
        try await onVirtualLoop { loop in
            let turnstile = Turnstile(on: loop, perTurn: 3)
            var passed: [Int] = []
            for number in 0..<10 {
                loop.spawn {
                    await turnstile.pass()
                    passed.append(number)
                }
            }
            var counts: [Int] = []
            while passed.count < 10 {
                await loop.nextTurn()
                counts.append(passed.count)
            }
            #expect(passed == Array(0..<10))
            for (before, after) in zip([0] + counts, counts) { #expect(after - before <= 3, "\(counts)") }
            await turnstile.pass()
        }
    }
}
