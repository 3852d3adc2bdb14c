// The books and the arithmetic of the load driver: figures that Deploy/bench prints rest on these.

import Testing

@testable import Load

@Suite struct LedgerTests {
    @Test("each request counts once: delivered, missing or cut off")
    func balances() {
        var ledger = Ledger(count: 5, expectsArrivals: false)
        for number in 0..<4 { ledger.send(number) }
        ledger.answer(0, status: 200)
        ledger.answer(1, status: 503)
        ledger.cutOff(2)
        #expect(!ledger.isSettled)
        #expect(ledger.balance == Ledger.Balance(sent: 4, delivered: 1, missing: 2, cutOff: 1))
        #expect(ledger.problems.isEmpty)
    }

    @Test("with a receiver, delivered is what came to it, acknowledged or not")
    func arrivals() {
        var ledger = Ledger(count: 3, expectsArrivals: true)
        for number in 0..<3 { ledger.send(number) }
        ledger.answer(0, status: 200)
        ledger.answer(1, status: 200)
        ledger.cutOff(2)
        let arrivals = [ledger.arrive(0), ledger.arrive(0), ledger.arrive(2)]
        #expect(arrivals == [true, false, true])
        #expect(ledger.repeated == 1)
        #expect(ledger.balance == Ledger.Balance(sent: 3, delivered: 2, missing: 1, cutOff: 0))
        #expect(ledger.problems.isEmpty)
    }

    @Test("what cannot happen makes the run void")
    func contradictions() {
        var ledger = Ledger(count: 3, expectsArrivals: true)
        ledger.send(0)
        ledger.answer(0, status: 200)
        ledger.answer(0, status: 200)
        let arrivals = [ledger.arrive(1), ledger.arrive(7)]
        #expect(arrivals == [false, false])
        ledger.send(0)
        ledger.cutOff(2)
        #expect(ledger.problems.count == 5)
    }

    @Test("percentiles are of the nearest rank")
    func percentiles() {
        var latencies = Latencies(reserving: 200)
        #expect(latencies.percentiles([0.5, 0.99]) == [0, 0])
        for milliseconds in (1...200).reversed() { latencies.add(Int64(milliseconds) * 1_000_000) }
        #expect(latencies.percentiles([0.5, 0.99, 1]) == [100, 198, 200])
    }

    @Test("a message ends where its length says")
    func messageHead() {
        func head(_ text: String) -> MessageHead { MessageHead(Array(text.utf8).span) }
        #expect(head("HTTP/1.1 204 No Content\r\n\r\n") == .complete(status: 204, head: 27, body: 0))
        #expect(head("HTTP/1.1 200 OK\r\nConTent-length: 3\r\n\r\nabcd") == .complete(status: 200, head: 38, body: 3))
        #expect(head("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab") == .incomplete)
        #expect(head("HTTP/1.1 200 OK\r\n") == .incomplete)
        #expect(head("POST / HTTP/1.1\r\nhost: a\r\n\r\n") == .complete(status: 0, head: 28, body: 0))
    }
}
