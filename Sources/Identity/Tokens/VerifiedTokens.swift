// Tokens whose signature was found right lately, so that a client which sends one with each request has it verified once. Whether one
// has expired is asked each time, and so are its session and its user.

import Codec
import Crypto

struct VerifiedTokens {
    private struct Entry {
        let text: [UInt8]
        let claims: AccessToken
    }

    /// A place for each value of ten bits of the signature; two tokens that meet there take turns.
    private var entries: [Entry?]
    private static let count = 1024

    init() { entries = Array(repeating: nil, count: Self.count) }

    /// The claims of a token that is, byte for byte, one that was verified.
    func claims(of token: Span<UInt8>) -> AccessToken? {
        guard let entry = entries[Self.place(of: token)], constantTimeEqual(entry.text.span, token) else { return nil }
        return entry.claims
    }

    mutating func insert(_ token: Span<UInt8>, _ claims: AccessToken) {
        var text: [UInt8] = []
        text.append(copying: token)
        entries[Self.place(of: token)] = Entry(text: text, claims: claims)
    }

    mutating func removeAll() { entries = Array(repeating: nil, count: Self.count) }

    /// Of the signature's last whole digits: only who can sign can choose them.
    private static func place(of token: Span<UInt8>) -> Int {
        guard token.count > 4 else { return 0 }
        let (first, second) = (Int(token[token.count - 4]), Int(token[token.count - 3]))
        return (first &* 31 &+ second &* 1009 &+ Int(token[token.count - 2])) % count
    }
}
