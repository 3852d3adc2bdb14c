// How names of WeCom's documents are compared: without regard to case and underscores, since the vendor's own pages and
// payloads disagree (`OpenKfId` and `open_kfid`; WECOM.md, 9, row 25).

import Codec

enum FoldedName {
    static func fold(_ name: String) -> String {
        let bytes = Array(name.utf8)
        var folded: [UInt8] = []
        append(bytes.span, to: &folded)
        return String(decoding: folded, as: UTF8.self)
    }

    static func fold(_ name: Span<UInt8>) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(name.count)
        append(name, to: &folded)
        return folded
    }

    static func append(_ name: Span<UInt8>, to folded: inout [UInt8]) {
        guard name.count > 0 else { return }  // as in `Base64.decode`
        folded.append(addingCapacity: name.count) { output in
            for index in name.indices where name[index] != UInt8(ascii: "_") {
                output.append(ASCII.lowercased(name[index]))
            }
        }
    }
}
