// When a failed delivery is tried again.

import Loop
import Testing

@testable import Gateway

@Suite struct RetryScheduleTests {
    private let schedule = RetrySchedule(delays: [.zero, .seconds(5), .seconds(300)])

    @Test("the pause before each attempt is the schedule's, lengthened by at most a tenth")
    func jitter() {
        #expect(schedule.pause(after: 1, retryAfter: nil, random: 0) == .seconds(5))
        #expect(schedule.pause(after: 2, retryAfter: nil, random: 1) == .seconds(330))
        #expect(schedule.pause(after: 1, retryAfter: nil, random: 99) == .milliseconds(5500))
    }

    @Test("after the last attempt there is no other")
    func last() {
        #expect(schedule.pause(after: 3, retryAfter: nil, random: 0) == nil)
        #expect(schedule.pause(after: 3, retryAfter: .seconds(1), random: 0) == nil)
    }

    @Test("a receiver may ask for a longer pause, not for a shorter one, and not for more than a day")
    func retryAfter() {
        #expect(schedule.pause(after: 1, retryAfter: .seconds(60), random: 0) == .seconds(60))
        #expect(schedule.pause(after: 2, retryAfter: .seconds(1), random: 0) == .seconds(300))
        #expect(schedule.pause(after: 1, retryAfter: .seconds(9_999_999), random: 0) == .seconds(86_400))
    }
}
