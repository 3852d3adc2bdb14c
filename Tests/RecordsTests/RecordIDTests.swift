// Ids of records.

import Records
import TestBasics
import Testing

@Suite struct RecordIDTests {
    @Test("an id is a UUID of version 7 that begins with its time")
    func form() {
        var random = SplitMix64(seed: 7)
        let id = RecordID.make(at: 0x0123_4567_89ab, using: &random)
        #expect(id.wholeMatch(of: /01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil, "\(id)")
        #expect(RecordID.isValid(id))
    }

    @Test("ids of different moments sort by time, those of one moment differ")
    func order() {
        var random = SplitMix64(seed: 7)
        let ids = (0..<1000).map { RecordID.make(at: 1_700_000_000_000 + Int64($0 / 2), using: &random) }
        #expect(Set(ids).count == ids.count)
        #expect(zip(ids, ids.dropFirst(2)).allSatisfy { $0 < $1 })
    }

    @Test(
        "what is no id does not become part of a key",
        arguments: [
            "", "1", "01234567-89AB-7000-8000-000000000000", "0123456789ab-7000-8000-000000000000-",
            "01234567-89ab-7000-8000-00000000000g", "01234567-89ab-7000-8000-0000000000000",
        ])
    func invalid(text: String) { #expect(!RecordID.isValid(text)) }
}
