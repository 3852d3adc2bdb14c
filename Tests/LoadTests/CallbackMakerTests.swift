// The shape of what the load driver sends. That it is genuine shows in each run: Weir opens every envelope, or the run is void.

import Testing
import WeCom

@testable import Load

@Suite struct CallbackMakerTests {
    @Test("requests are sealed callbacks of 500 bytes to 2 KB, no two alike, that tell their number")
    func requests() throws {
        let key = String(repeating: "a", count: 43)
        var maker = try CallbackMaker(token: "token", key: key, receiveID: "ww0123456789abcdef", port: 8443)
        var bodies: Set<String> = []
        var smallest = Int.max
        var largest = 0
        for number in 0..<300 {
            let request = try maker.request(number)
            guard case .complete(0, let head, let size) = MessageHead(request.span) else {
                Issue.record("not a whole request: \(String(decoding: request, as: UTF8.self))")
                continue
            }
            let body = String(decoding: request[head...], as: UTF8.self)
            #expect(size == body.utf8.count)
            bodies.insert(body)
            smallest = min(smallest, size)
            largest = max(largest, size)
        }
        #expect(bodies.count == 300)
        #expect(CallbackMaker.bodySizes.contains(smallest) && CallbackMaker.bodySizes.contains(largest))
        #expect(largest - smallest > 1000)
        #expect(CallbackMaker.number(in: Array("x#b #1234#退款".utf8).span) == 1234)
        #expect(CallbackMaker.number(in: Array("##".utf8).span) == nil)
    }
}
