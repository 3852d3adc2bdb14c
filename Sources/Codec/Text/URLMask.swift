// A URL as people may see it: in messages, in the log of changes, on pages. What can be a key in it is left out.

package enum URLMask {
    /// Without user and password, without query and fragment, and without the parts of the path that look like keys, as those of
    /// chat robots do (`/services/T0ABC/B0DEF/x8Kq…`). Before the scheme nothing is looked at; what has none is shown as it is.
    package static func masked(_ text: String, by mask: String = "••••") -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let rest = text[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var shown = String(text[..<scheme.upperBound])
        if let at = authority.lastIndex(of: "@") {
            shown += mask + authority[at...]
        } else {
            shown += authority
        }
        let path = rest[authority.endIndex...].prefix { $0 != "?" && $0 != "#" }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        shown += parts.map { isKeyLike($0) ? mask : String($0) }.joined(separator: "/")
        if path.endIndex < rest.endIndex { shown += String(rest[path.endIndex]) + mask }
        return shown
    }

    /// What no person would name a path: a UUID or another long hexadecimal number, a long run of letters mixed with digits, or
    /// a very long part with all of upper case, lower case and digits.
    package static func isKeyLike(_ part: Substring) -> Bool {
        guard part.utf8.count >= 16 else { return false }
        var (digits, uppers, lowers, hexDigits, others) = (0, 0, 0, 0, 0)
        var (run, runDigits, longestMixedRun) = (0, 0, 0)
        for byte in part.utf8 {
            let isDigit = (0x30...0x39).contains(byte)
            let isUpper = (0x41...0x5A).contains(byte)
            let isLower = (0x61...0x7A).contains(byte)
            if isDigit { digits += 1 } else if isUpper { uppers += 1 } else if isLower { lowers += 1 }
            if isDigit || (0x61...0x66).contains(byte | 0x20) { hexDigits += 1 }
            guard isDigit || isUpper || isLower else {
                if byte != UInt8(ascii: "-") { others += 1 }
                (run, runDigits) = (0, 0)
                continue
            }
            run += 1
            if isDigit { runDigits += 1 }
            if runDigits > 0, runDigits < run { longestMixedRun = max(longestMixedRun, run) }
        }
        let isHex = others == 0 && hexDigits == digits + uppers + lowers && hexDigits >= 16 && digits > 0
        return isHex || longestMixedRun >= 16 || (part.utf8.count >= 32 && digits > 0 && uppers > 0 && lowers > 0)
    }
}
