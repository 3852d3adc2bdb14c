import Testing

@testable import HTTP

@Suite struct HTTPFaultTests {
    @Test("codes and statuses of the faults are as published")
    func catalogue() {
        let others = HTTPFault.allCases.filter { $0.status != .badRequest }
            .map { "\($0.status.code) \($0.code)" }.sorted()
        #expect(
            others == [
                "413 content-too-large", "414 target-too-long", "417 expectation-failed", "431 head-too-large",
                "431 too-many-fields", "431 trailer-too-large", "501 connect-not-supported",
                "501 method-too-long",
                "501 unknown-transfer-coding", "502 malformed-status-line", "505 unsupported-version",
            ])
        for fault in HTTPFault.allCases {
            #expect(fault.message.hasSuffix("."))
            #expect(!fault.status.reason.isEmpty)
        }
        #expect(Set(HTTPFault.allCases.map(\.message)).count == HTTPFault.allCases.count)
    }
}
