// Where in the text of a URL that stands in a file keys may be: what `Codec/Text/URLMask.swift` leaves out of a URL that is told of.

import Codec

enum URLSecrets {
    /// In the order of the text, which need not be a sound URL.
    static func ranges(in url: [UInt8]) -> [Range<Int>] {
        guard let start = authority(of: url) else { return [] }
        func first(_ signs: String, from place: Int) -> Int {
            url[place...].firstIndex { signs.utf8.contains($0) } ?? url.count
        }
        var ranges: [Range<Int>] = []
        var end = first("/?#", from: start)
        if let at = user(in: url, start, end) {
            if at > start { ranges.append(start..<at) }
            end = first("/?#", from: at)
        }
        let query = first("?#", from: end)
        for part in url[end..<query].split(separator: UInt8(ascii: "/")) where isKey(part) {
            ranges.append(part.startIndex..<part.endIndex)
        }
        if query + 1 < url.count { ranges.append(query + 1..<url.count) }
        return ranges
    }

    /// Behind `://`.
    static func authority(of url: [UInt8]) -> Int? {
        let mark = Array("://".utf8)
        return url.indices.first { url[$0...].starts(with: mark) }.map { $0 + mark.count }
    }

    /// The `@` behind user and password. A password with a `/` or `?` of its own ends the authority too early, and what is left of it
    /// is no port.
    private static func user(in url: [UInt8], _ start: Int, _ end: Int) -> Int? {
        let at = UInt8(ascii: "@")
        if let place = url[start..<end].lastIndex(of: at) { return place }
        guard let colon = url[start..<end].lastIndex(of: UInt8(ascii: ":")), url[start] != UInt8(ascii: "["),
            !url[(colon + 1)..<end].allSatisfy(\.isDigit)
        else { return nil }
        return url[end...].lastIndex(of: at)
    }

    private static func isKey(_ part: ArraySlice<UInt8>) -> Bool {
        URLMask.isKeyLike(String(decoding: part, as: UTF8.self)[...])
    }
}
