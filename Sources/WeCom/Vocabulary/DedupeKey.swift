// The keys by which a second delivery of an event is recognised, unique within one configured source (the source is part
// of the key in Redis). Two things must hold: a retry gives the key of the first delivery, and two different events never
// share one, for the second of them would be lost, while a missed duplicate is only a nuisance.
//
// So a key is made of the vendor's own id of the thing, where there is one, together with all that the id might be unique
// in only: ids of messages have been seen to repeat between users (WECOM.md, 9, row 17), and one source may serve many
// corporations. Where there is no id, as in nearly all events, the key is the hash of the whole decrypted document: the
// vendor's advice (FromUserName and CreateTime) makes one key of all events that the system caused in one second (rows 15
// and 16). The hash does make one of two equal documents, such as two clicks on one menu entry within a second; nothing in
// the documents tells such a pair from a retry.

import Codec
import Crypto

struct DedupeKey {
    private(set) var bytes: [UInt8]

    /// A key of parts that follow, for one kind of event.
    init(_ kind: String) {
        bytes = Array(kind.utf8)
        bytes.reserveCapacity(128)
    }

    init(hash: Digest<32>) {
        self.init("sha256:")
        Hex.encode(hash.bytes.span, appendingTo: &bytes)
    }

    /// Nothing is added for an absent part but its place. What could be taken for the end of a part is escaped, so no two
    /// lists of parts give one key, whatever they contain.
    mutating func append(_ part: Span<UInt8>?) {
        bytes.append(UInt8(ascii: ":"))
        guard let part else { return }
        var runStart = 0
        while true {
            let index = part.firstIndex(from: runStart) { block in
                block.isBelow(0x21) .| block.isNotASCII .| block.equals(0x7F) .| block.equals(UInt8(ascii: ":"))
                    .| block.equals(UInt8(ascii: "%"))
            }
            bytes.append(copying: part.extracting(runStart..<index))
            guard index < part.count else { return }
            bytes.append(UInt8(ascii: "%"))
            bytes.append(Hex.digit(part[index] >> 4))
            bytes.append(Hex.digit(part[index] & 15))
            runStart = index + 1
        }
    }

    /// More is no id of a vendor's, but would stay in Redis for hours.
    var isTooLong: Bool { bytes.count > 512 }
}
