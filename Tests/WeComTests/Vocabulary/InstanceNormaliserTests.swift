import Codec
import Events
import Testing

@testable import WeCom

struct InstanceNormaliserTests {
    private func message(_ members: String, guid: String = "guid-1", type: Int = 11013) -> String {
        #"{"guid":"\#(guid)","notify_type":\#(type),"data":{"sender":"788","receiver":"168","msg_type":2,\#(members)}}"#
    }

    private func dedupe(_ body: String, at now: Timestamp = Normalisers.receivedAt) throws -> String {
        let event = try #require(try Normalisers.events(Array(body.utf8), at: now).first)
        return try #require(event.text(of: .dedupe))
    }

    private func fault(_ body: String) throws -> InstanceFault? {
        do {
            _ = try Normalisers.events(body)
            return nil
        } catch let fault as InstanceFault {
            return fault
        }
    }

    @Test("a listed instance is its account, another is an account by its guid")
    func accounts() throws {
        let listed = try Normalisers.events(message(#""id":1"#))
        let other = try Normalisers.events(message(#""id":1"#, guid: "guid-9"))
        #expect(listed.map { $0.text(of: .account) } == ["sales-1"])
        #expect(other.map { $0.text(of: .account) } == ["guid-9"])
    }

    @Test("ids beyond 2^53 keep every digit, whether written as numbers or text")
    func largeIDs() throws {
        for id in ["9223372036854775807", #""9223372036854775807""#, "18446744073709551615123"] {
            let event = try #require(try Normalisers.events(message(#""id":\#(id)"#)).first)
            #expect(event.text(of: .messageID) == id.filter { $0 != "\"" })
        }
    }

    @Test("a batch becomes its events in order, each with its own part of the body")
    func batches() throws {
        let items = (0..<5).map { #"{"id":\#($0 + 1),"msg_type":2,"content":"\#($0)"}"# }
        let body = #"{"guid":"guid-1","notify_type":11013,"data":[\#(items.joined(separator: " , "))]}"#
        let events = try Normalisers.events(body)
        #expect(events.map { $0.text(of: .text) } == ["0", "1", "2", "3", "4"])
        #expect(
            events.map { $0.text(of: .raw) } == items.map { #"{"guid":"guid-1","notify_type":11013,"data":\#($0)}"# })
        // A part is a callback itself, and gives the same event.
        for event in events { #expect(try Normalisers.events(event.bytes(of: .raw)) == [event]) }
    }

    @Test("a batch may have a thousand items and no more")
    func largestBatch() throws {
        func body(_ count: Int) -> String {
            let items = repeatElement(#"{"msg_type":2}"#, count: count).joined(separator: ",")
            return #"{"guid":"g","notify_type":11013,"data":[\#(items)]}"#
        }
        #expect(try Normalisers.events(body(1000)).count == 1000)
        #expect(try fault(body(1001)) == .tooManyItems(limit: 1000))
    }

    @Test("an empty batch is kept as one event that is not understood")
    func emptyBatch() throws {
        let events = try Normalisers.events(#"{"guid":"guid-1","notify_type":11013,"data":[]}"#)
        #expect(events.map(\.type) == [.unknown])
    }

    @Test("items that are no objects are kept, too")
    func oddItems() throws {
        let events = try Normalisers.events(
            #"{"guid":"g","notify_type":11013,"data":[1,"a",true,false,null,[2],-1.5e3]}"#)
        #expect(events.map(\.type) == Array(repeating: .unknown, count: 7))
        #expect(events[6].text(of: .raw) == #"{"guid":"g","notify_type":11013,"data":-1.5e3}"#)
        #expect(events[3].text(of: .raw) == #"{"guid":"g","notify_type":11013,"data":false}"#)
        #expect(Set(events.map { $0.text(of: .dedupe) }).count == 7)
    }

    @Test(
        "a body that is no JSON object is refused",
        arguments: [
            ("", .malformed(CodecError(.unexpectedEnd, at: 0))), ("[]", .notAnObject), ("1", .notAnObject),
            (#"{"guid":"g""#, .malformed(CodecError(.unexpectedEnd, at: 11))),
            (#"{"guid":"g"} x"#, .malformed(CodecError(.trailingCharacters, at: 13))),
            (#"{"data":[{"a":]}"#, .malformed(CodecError(.unexpectedCharacter, at: 14))),
        ] as [(String, InstanceFault)])
    func refusals(body: String, expected: InstanceFault) throws {
        #expect(try fault(body) == expected)
    }

    @Test("a notice with too many values is refused")
    func tooManyValues() throws {
        let values = repeatElement("1", count: InnerDocument.Builder.leavesMax + 1).joined(separator: ",")
        #expect(try fault(#"{"data":{"a":[\#(values)]}}"#) == .tooManyValues)
    }

    // MARK: Dedupe keys

    @Test("a message has one key, whichever notices announce it and whenever")
    func oneKeyPerMessage() throws {
        let later = try #require(Timestamp(milliseconds: Normalisers.receivedAt.milliseconds + 3_600_000))
        let key = try dedupe(message(#""id":7,"seq":1,"sendtime":1"#, type: 11010))
        #expect(key == "instance:guid-1:2:false:7")
        #expect(try dedupe(message(#""seq":2,"id":"7""#, type: 11013), at: later) == key)
    }

    @Test("messages that differ in instance, id, kind or direction have different keys")
    func distinctMessages() throws {
        let keys = [
            try dedupe(message(#""id":7"#)), try dedupe(message(#""id":8"#)),
            try dedupe(message(#""id":7"#, guid: "guid-2")), try dedupe(message(#""id":7,"send_flag":1"#)),
            try dedupe(message(#""id":7"#).replacing(#""msg_type":2"#, with: #""msg_type":1"#)),
            try dedupe(message(#""seq":7"#)),
        ]
        #expect(Set(keys).count == keys.count)
    }

    @Test("an id of 0 is no id")
    func zeroIDs() throws {
        #expect(try dedupe(message(#""id":0,"seq":5"#)) == "instance-seq:guid-1:2:false:5")
        #expect(try dedupe(message(#""id":"0","seq":0,"sendtime":1795473180"#)).hasPrefix("sha256:"))
    }

    @Test("a notice without id and time is the same within seconds, and another one later")
    func states() throws {
        let body = #"{"guid":"guid-1","notify_type":11004,"data":{"error_message":"kicked"}}"#
        func at(_ milliseconds: Int64) throws -> String {
            try dedupe(body, at: try #require(Timestamp(milliseconds: 1_795_473_180_000 + milliseconds)))
        }
        #expect(try at(0) == at(9_999))
        #expect(try at(0) != at(10_000))
        #expect(try at(0) != at(60_000))
    }
}
