import Codec
import TestBasics
import Testing

@testable import Events

/// The record of an event: what is written, what is read back, and what is refused.
struct EventRecordTests {
    let now = Timestamp(milliseconds: 1_795_473_180_123) ?? .epoch

    private func record(_ event: Event) -> String {
        var bytes: [UInt8] = []
        event.append(jsonTo: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func read(_ record: String, as completeness: Event.Completeness = .record) throws(EventFault) -> Event {
        let bytes = Array(record.utf8)
        return try Event(json: bytes.span, as: completeness)
    }

    private func fault(_ record: String, as completeness: Event.Completeness = .record) -> EventFault? {
        do {
            _ = try read(record, as: completeness)
            return nil
        } catch {
            return error
        }
    }

    private var message: Event {
        var event = Event(.messageReceived, at: now, source: .callback)
        event.set(.raw, to: "<xml>\n</xml>")
        event.set(.text, to: "\"你好\" \u{1}")
        event.set(.tenant, to: "acme")
        event.set(.kind, to: "text")
        event.set(.id, to: EventID(high: 1, low: 2))
        event.set(.account, to: "sales-1")
        event.set(.fromMe, to: false)
        event.set(.size, to: "1688850000000000001")
        return event
    }

    let messageRecord = #"""
        {"id":"evt_0000000000000G000000000002","type":"message.received","tenant":"acme","account":"sales-1",\#
        "time":"2026-11-23T22:33:00.123Z","source":"callback","content":{"kind":"text","text":"\"你好\" \u0001",\#
        "from_me":false,"size":1688850000000000001},"raw":"<xml>\n</xml>"}
        """#

    @Test("a record has its members in the order of the schema and the raw document last")
    func writing() {
        #expect(record(message) == messageRecord)
    }

    @Test("a record reads back as the event it was")
    func reading() throws {
        let event = try read(messageRecord)
        #expect(event == message)
        #expect(event.type == .messageReceived)
        #expect(event.time == now)
        #expect(record(event) == messageRecord)
    }

    @Test("an event without content has no content in its record")
    func noContent() throws {
        var event = Event(.unknown, at: now, source: .callback)
        event.set(.raw, to: "?")
        #expect(
            record(event) == #"{"type":"unknown","time":"2026-11-23T22:33:00.123Z","source":"callback","raw":"?"}"#)
    }

    @Test("raw bytes that are not UTF-8 travel in base64")
    func rawBytes() throws {
        let raw: [UInt8] = [0xff, 0x00, 0x61]
        var event = message
        event.set(.raw, to: raw.span)
        let record = record(event)
        #expect(record.hasSuffix(#","raw_base64":"/wBh"}"#))
        #expect(try read(record) == event)
    }

    @Test("every part of a record that is not the whole of it is refused")
    func prefixes() {
        let record = Array(messageRecord.utf8)
        for count in 0..<record.count {
            do throws(EventFault) {
                _ = try Event(json: record.span.extracting(0..<count))
                Issue.record("the first \(count) bytes were read as an event")
            } catch {
                guard case .malformed = error else {
                    Issue.record("the first \(count) bytes: \(error)")
                    continue
                }
            }
        }
    }

    @Test("random events survive their record", arguments: [UInt64(1), 2, 3, 4])
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            let event = Self.randomEvent(&random)
            var bytes: [UInt8] = []
            event.append(jsonTo: &bytes)
            let again = try Event(json: bytes.span)
            #expect(again == event && again.type == event.type && again.time == event.time, "seed \(seed)")
        }
    }

    @Test("random changes to a record give an event or a fault", arguments: [UInt64(1), 2, 3, 4])
    func mutations(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let record = Array(messageRecord.utf8)
        for _ in 0..<2000 {
            var changed = record
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<changed.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: changed[index] = UInt8.random(in: 0...255, using: &random)
                case 1: changed.remove(at: index)
                default: changed.insert(changed[Int.random(in: 0..<changed.count, using: &random)], at: index)
                }
            }
            guard let event = try? Event(json: changed.span) else { continue }
            // What was accepted must be written as a record again.
            var bytes: [UInt8] = []
            event.append(jsonTo: &bytes)
            #expect((try? Event(json: bytes.span)) == event, "seed \(seed)")
        }
    }

    @Test("what a newer version adds is passed over")
    func newerVersion() throws {
        let event = try read(
            #"""
            {"id":"1","type":"message.starred","tenant":"t","account":"a","time":"2026-11-23T22:33:00.123Z",
             "source":"carrier-pigeon","priority":{"level":[1,2]},"content":{"kind":"hologram","depth":3,"text":null}}
            """#)
        #expect(event.type == .unknown)
        #expect(event.text(of: .type) == "message.starred")
        #expect(event.text(of: .source) == "carrier-pigeon")
        #expect(event.text(of: .kind) == "hologram")
        #expect(!event.has(.text))
        #expect(record(event).contains(#""type":"message.starred""#))
    }

    @Test("keys and values with escapes are read as what they stand for")
    func escapes() throws {
        let event = try read(
            #"{"\u0074ype":"message\u002ereceived","content":{"te\u0078t":"a\/b"}}"#, as: .sketch(at: now))
        #expect(event.type == .messageReceived)
        #expect(event.text(of: .text) == "a/b")
    }

    @Test("a sketch needs a type only")
    func sketches() throws {
        let event = try read(#"{"type":"message.received"}"#, as: .sketch(at: now))
        #expect(event.time == now && event.moment(of: .time) == now)
        let timed = try read(#"{"type":"unknown","time":"2026-11-23T22:33:00Z"}"#, as: .sketch(at: .epoch))
        #expect(timed.time.description == "2026-11-23T22:33:00.000Z")
        #expect(fault(#"{"tenant":"t"}"#, as: .sketch(at: now)) == .missing(.type))
    }

    @Test(
        "what is no record is refused with the field that is to blame",
        arguments: [
            ("", .malformed(CodecError(.unexpectedEnd, at: 0))),
            ("[]", .notAnObject), ("1", .notAnObject), (#"{"content":[]}"#, .contentNotAnObject),
            (#"{"content":"text"}"#, .contentNotAnObject), ("\u{FEFF}{}", .byteOrderMark), ("{}", .missing(.id)),
            (#"{"id":"1","type":"unknown","account":"a","source":"api"}"#, .missing(.tenant)),
            (#"{"id":1}"#, .wrongKind(.id)), (#"{"type":true}"#, .wrongKind(.type)),
            (#"{"time":1795473180}"#, .wrongKind(.time)), (#"{"time":"today"}"#, .wrongKind(.time)),
            (#"{"content":{"size":"12"}}"#, .wrongKind(.size)), (#"{"content":{"from_me":1}}"#, .wrongKind(.fromMe)),
            (#"{"content":{"text":{}}}"#, .wrongKind(.text)), (#"{"content":{"text":["a"]}}"#, .wrongKind(.text)),
            (#"{"raw_base64":"?"}"#, .wrongKind(.raw)), (#"{"raw_base64":null}"#, .wrongKind(.raw)),
            (#"{"raw":"","raw_base64":""}"#, .repeated(.raw)), (#"{"id":"1","id":"1"}"#, .repeated(.id)),
            (#"{"content":{"text":"a","text":"b"}}"#, .repeated(.text)),
            (#"{} {}"#, .malformed(CodecError(.trailingCharacters, at: 3))),
        ] as [(String, EventFault)])
    func refusals(record: String, expected: EventFault) {
        #expect(fault(record) == expected)
    }

    @Test("a fault says what to do")
    func messages() {
        #expect(
            EventFault.wrongKind(.appliedAt).description
                == #"the event's `content.applied_at` is not a time; write it in RFC 3339, such as "2026-11-23T22:33:00Z""#
        )
        #expect(EventFault.missing(.type).description == "the event has no `type`; give it one")
        #expect(
            EventFault.malformed(CodecError(.badNumber, at: 7)).description
                == "the event has a number that is not written as JSON demands (at byte 7)")
    }

    /// An event of a random type with random fields, each with a value of its kind.
    private static func randomEvent(_ random: inout SplitMix64) -> Event {
        let moment = Timestamp(milliseconds: .random(in: 0...253_402_300_799_999, using: &random)) ?? .epoch
        let type = EventType.allCases.randomElement(using: &random) ?? .unknown
        var event = Event(type, at: moment, source: .api)
        for field in Field.allCases where field != .type && field != .time && field != .source {
            guard field.row.isRequired || Int.random(in: 0..<4, using: &random) == 0 else { continue }
            switch field.kind {
            case .text:
                let bytes = (0..<Int.random(in: 0..<20, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                event.set(field, to: bytes.span)
            case .token(let words): event.set(field, to: words.randomElement(using: &random) ?? "")
            case .number: event.set(field, to: Int.random(in: .min ... .max, using: &random))
            case .flag: event.set(field, to: Bool.random(using: &random))
            case .time: event.set(field, to: moment)
            }
        }
        return event
    }
}
