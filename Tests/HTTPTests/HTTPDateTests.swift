// Times as HTTP writes them, read back: they come from tenants' servers.

import Testing

@testable import HTTP

@Suite struct HTTPDateTests {
    @Test(
        "a time is read back as it was written",
        arguments: [0, 784_111_777, 951_782_400, 1_795_478_563, 253_402_300_799])
    func roundTrip(seconds: Int) {
        #expect(HTTPDate.secondsSinceEpoch(HTTPDate.text(secondsSinceEpoch: seconds)) == seconds)
    }

    @Test(
        "what is no such time is refused, however large its numbers",
        arguments: [
            "", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 9223372036854775807 Nov 1994 08:49:37 GMT", "Sun, -9223372036854775808 Nov 1994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT", "Sun, 06 Nov 1969 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 9223372036854775807:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        ])
    func refused(text: String) {
        #expect(HTTPDate.secondsSinceEpoch(text) == nil)
    }
}
