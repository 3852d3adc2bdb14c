// What a flood of refusals may write.

import Loop
import Testing

@testable import Ingest

@Suite struct LogAllowanceTests {
    @Test("so many lines a second go through, and the next one tells how many did not")
    func flood() {
        var allowance = LogAllowance(perSecond: 3)
        let start = Instant(nanoseconds: 5_000_000_000)
        let first = (0..<10).map { _ in allowance.admit(at: start) }
        #expect(first == [0, 0, 0, nil, nil, nil, nil, nil, nil, nil])
        #expect(allowance.admit(at: start + .milliseconds(999)) == nil)
        #expect(allowance.admit(at: start + .seconds(1)) == 8)
        #expect(allowance.admit(at: start + .seconds(1)) == 0)
    }
}
