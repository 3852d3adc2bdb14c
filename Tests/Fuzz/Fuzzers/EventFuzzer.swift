// Events: the input as a record, as the inner document of a callback and as the body of an instance provider. Whatever becomes
// an event has a record that reads back as the same event, and is written the same again.

import Codec
import Crypto
import Events
import WeCom

extension Fuzzer {
    static let event = Fuzzer(
        name: "event", about: "records read and written again, normalisers on any document", sizeMax: 2048,
        words: Field.allCases.map { String($0.name.trimmingPrefix("content.")) } + [
            "<![CDATA[", "]]></", "<xml>", "</xml>", "<MsgType>", "<Event>", "<InfoType>", "<CreateTime>",
            "\"content\":{",
            "\"raw_base64\":\"", "\"guid\":\"", "\"notify_type\":", "\"data\":[", "\"2026-11-23T22:33:00.123Z\"",
            "event",
            "message.received", "aibotid",
        ],
        seeds: { try Samples.callbacks() + Samples.records() },
        check: { input in
            try checkRecord(input)
            try checkCallback(input)
            try checkInstance(input)
        })
}

private let now = Timestamp(rfc3339: "2026-11-23T22:33:00.123Z") ?? .epoch
private let callback = CallbackNormaliser(tenant: "acme", account: "sales-app", source: "acme-app")
private let instance = InstanceNormaliser(tenant: "acme", source: "acme-phones", accounts: ["guid-1": "sales-1"])

private func hash(_ bytes: [UInt8]) throws -> Digest<32> {
    var sha256 = try SHA256()
    return try sha256.digest(bytes.span)
}

private func record(of event: Event) -> [UInt8] {
    var bytes: [UInt8] = []
    event.append(jsonTo: &bytes)
    return bytes
}

/// The record is JSON, reads back as the event, and is then written the same.
private func requireStable(_ event: Event, _ what: String) throws {
    let written = record(of: event)
    _ = try JSONValue(parsing: written.span)
    let again: Event
    do throws(EventFault) {
        again = try Event(json: written.span)
    } catch {
        throw BrokenProperty(description: "\(what): its own record is refused: \(error)")
    }
    try require(again == event, "\(what): read back")
    try require(again.type == event.type && again.time == event.time, "\(what): its type and time")
    try require(record(of: again) == written, "\(what): written again")
}

private func checkRecord(_ input: [UInt8]) throws {
    let event: Event
    do throws(EventFault) {
        event = try Event(json: input.span)
    } catch {
        try require(!error.description.isEmpty, "a fault has words")
        // As a sketch it may still pass, and must then be a record as well once it has the fields of one.
        _ = try? Event(json: input.span, as: .sketch(at: now))
        return
    }
    try requireStable(event, "a record")
    let sketch = try Event(json: input.span, as: .sketch(at: now))
    try require(sketch == event, "a record read as a sketch")
    for field in event.fields {
        if let number = event.number(of: field) { try require(number.isFinite, "\(field) is finite") }
    }
}

private func checkCallback(_ input: [UInt8]) throws {
    var sha256 = try SHA256()
    // In the memory that another document has used.
    var memory = DocumentMemory()
    var event = Event()
    let other = Array("<xml><MsgType>text</MsgType><Content>other</Content><MsgId>1</MsgId></xml>".utf8)
    try callback.read(other.span, into: &event, &memory, receivedAt: now, &sha256)
    func normalised() throws(CryptoError) -> Event {
        var fresh = Event()
        var freshMemory = DocumentMemory()
        try callback.read(input.span, into: &fresh, &freshMemory, receivedAt: now, &sha256)
        return fresh
    }
    try callback.read(input.span, into: &event, &memory, receivedAt: now, &sha256)
    try require(event.bytes(of: .raw) == input, "a callback's document is kept")
    try require(event.has(.dedupe) && event.text(of: .account) == "sales-app", "a callback's account and dedupe key")
    try require(event == normalised(), "the same event again")
    event.set(.id, to: "evt_1")
    try requireStable(event, "a callback")
}

private func checkInstance(_ input: [UInt8]) throws {
    let digest = try hash(input)
    let events: [Event]
    do throws(InstanceFault) {
        events = try instance.events(from: input.span, hash: digest, receivedAt: now)
    } catch {
        return try require(!error.description.isEmpty, "a fault has words")
    }
    try require((1...InstanceNormaliser.itemsMax).contains(events.count), "one event at least, and not too many")
    if events.count == 1 { try require(events[0].bytes(of: .raw) == input, "a single notice is kept as it came") }
    for (index, event) in events.enumerated() {
        try require(event.has(.dedupe) && event.has(.account), "an instance's account and dedupe key")
        var event = event
        event.set(.id, to: "evt_\(index)")
        try requireStable(event, "an instance's event")
    }
}
