// Which receiveids a callback source accepts. The id depends on the scene (corpid, suiteid, an authorised corp's id, nothing
// at all; WECOM.md 1.6), so it is a set: one URL is verified with one id and receives pushes with another.

import Crypto

package enum ReceiveIDs: Equatable, Sendable {
    /// For a suite's data callback, which serves corps that are not known beforehand.
    case any
    /// An empty id stands for "none": AI bots and the apps of individuals.
    case only([[UInt8]])

    /// The receiveid of AI bots is empty.
    package static let none = ReceiveIDs.only([[]])

    /// As configured: `["*"]` accepts any id, an empty list only the empty id.
    package init(_ ids: [String]) {
        if ids.contains("*") {
            self = .any
        } else if ids.isEmpty {
            self = .none
        } else {
            self = .only(ids.map { Array($0.utf8) })
        }
    }

    package func accept(_ id: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .any: true
        case .only(let ids): ids.contains { constantTimeEqual($0.span, id.span) }
        }
    }
}

extension ReceiveIDs: CustomStringConvertible {
    package var description: String {
        switch self {
        case .any: "any"
        case .only(let ids): ids.map { $0.isEmpty ? "none (empty)" : Quoted.bytes($0) }.joined(separator: ", ")
        }
    }
}
