// The text forms of bytes, each against a naive twin: base64, hexadecimal, percent-encoding, UTF-8, query parameters.

import Codec
import HTTP

extension Fuzzer {
    static let bytes = Fuzzer(
        name: "bytes", about: "base64, hex, percent, UTF-8, query parameters: naive twins agree, both ways",
        sizeMax: 256,
        words: [
            "==", "%2B", "%3D", "&", "=", "msg_signature=", "timestamp=", "other=", "%6d", "\u{1F600}", "-_", "+/",
        ],
        seeds: {
            [
                "", "Zg==", "Zm9vYmFy", "Zh==", "-_-_", "a%20b+c", "%zz", "00ffAF", "-9223372036854775808",
                "msg_signature=ab&timestamp=1&nonce=%2B&echostr=P9nA%3D", "&&a&=b&a=1", "%6donce=2&nonce=3",
                "\u{1F600}汉字\u{E9}",
            ].map { Array($0.utf8) } + [[0xED, 0xA0, 0x80], [0xC0, 0x80], [0xF4, 0x90, 0x80, 0x80]]
        },
        check: { input in
            for options in UInt8(0)..<8 { try checkBase64(input, Base64.Options(rawValue: options)) }
            try checkHex(input)
            try checkPercent(input)
            try checkUTF8(input)
            try checkDecimal(input)
            for name in ["nonce", "a", ""] { try checkQuery(input, name) }
        })
}

/// What a decoder makes of the input, appended behind two bytes that it must leave alone; nil if it refuses.
private func decoded(
    _ input: [UInt8], _ decode: (Span<UInt8>, inout [UInt8]) throws -> Void
) throws(BrokenProperty) -> [UInt8]? {
    var output: [UInt8] = [1, 2]
    do {
        try decode(input.span, &output)
    } catch {
        try require(output, equals: [1, 2], "what a refused text leaves")
        if let error = error as? CodecError {
            try require((0...input.count).contains(error.offset), "an error points into the text: \(error)")
        }
        return nil
    }
    try require(output.starts(with: [1, 2]), "what was there before stays")
    return Array(output.dropFirst(2))
}

private func checkBase64(_ input: [UInt8], _ options: Base64.Options) throws(BrokenProperty) {
    let name = "base64, options \(options.rawValue)"
    var encoded: [UInt8] = []
    Base64.encode(input.span, appendingTo: &encoded, options: options)
    try require(encoded == NaiveBase64.encode(input, options), "\(name): the twin encodes alike")
    let back = try decoded(encoded) { try Base64.decode($0, appendingTo: &$1, options: options) }
    try require(back == input, "\(name): encoded and decoded")

    let ours = try decoded(input) { try Base64.decode($0, appendingTo: &$1, options: options) }
    try require(ours, equals: NaiveBase64.decode(input, options), "\(name): the twin decodes alike")
    guard let ours, !options.contains(.ignoringSpareBits) else { return }
    var again: [UInt8] = []
    Base64.encode(ours.span, appendingTo: &again, options: options)
    try require(again == input, "\(name): one text only for the same bytes")
}

private func checkHex(_ input: [UInt8]) throws(BrokenProperty) {
    var encoded: [UInt8] = []
    Hex.encode(input.span, appendingTo: &encoded)
    let back = try decoded(encoded) { try Hex.decode($0, appendingTo: &$1) }
    try require(back == input, "hex: encoded and decoded")
    let ours = try decoded(input) { try Hex.decode($0, appendingTo: &$1) }
    var twin: [UInt8]? = input.count % 2 == 0 ? [] : nil
    for index in stride(from: 0, to: input.count - 1, by: 2) {
        guard let digits = hexByte(input[index], input[index + 1]) else {
            twin = nil
            break
        }
        twin?.append(digits)
    }
    try require(ours, equals: twin, "hex: the twin decodes alike")
}

private func hexByte(_ high: UInt8, _ low: UInt8) -> UInt8? {
    let pair = [Unicode.Scalar(high), Unicode.Scalar(low)]
    guard pair.allSatisfy({ $0.properties.isASCIIHexDigit }) else { return nil }
    return UInt8(String(String.UnicodeScalarView(pair)), radix: 16)
}

private func naivePercentDecoded(_ input: ArraySlice<UInt8>) -> [UInt8]? {
    var output: [UInt8] = []
    var rest = input
    while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
            output.append(byte)
            continue
        }
        guard let high = rest.popFirst(), let low = rest.popFirst(), let value = hexByte(high, low) else { return nil }
        output.append(value)
    }
    return output
}

private func checkPercent(_ input: [UInt8]) throws(BrokenProperty) {
    let encoded = Percent.encode(input.span)
    let isPlain = encoded.allSatisfy {
        let scalar = Unicode.Scalar($0)
        return scalar.isASCII
            && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || "-._~%".unicodeScalars.contains(scalar))
    }
    try require(isPlain, "percent: only what may stand in a URL")
    let back = try decoded(encoded) { try Percent.decode($0, appendingTo: &$1) }
    try require(back == input, "percent: encoded and decoded")
    let ours = try decoded(input) { try Percent.decode($0, appendingTo: &$1) }
    try require(ours, equals: naivePercentDecoded(input[...]), "percent: the twin decodes alike")
}

private func checkUTF8(_ input: [UInt8]) throws(BrokenProperty) {
    let flaw = UTF8Check.firstFlaw(in: input.span)
    try require(UTF8Check.isValid(input.span), equals: flaw == nil, "UTF-8: two questions, one answer")
    // Decoding repairs, so only valid bytes come out as they went in.
    try require(flaw == nil, equals: Array(String(decoding: input, as: UTF8.self).utf8) == input, "UTF-8: repairing")
    guard let flaw else { return }
    try require(!flaw.isEmpty && flaw.upperBound <= input.count && flaw.count <= 3, "UTF-8: the flaw \(flaw)")
    try require(UTF8Check.isValid(input.span.extracting(0..<flaw.lowerBound)), "UTF-8: sound up to its first flaw")
}

private func checkDecimal(_ input: [UInt8]) throws(BrokenProperty) {
    let isDecimal = input.drop { $0 == 0x2D }.allSatisfy { (0x30...0x39).contains($0) }
    try require(ASCII.decimal(input.span), equals: isDecimal ? Int64(text(input)) : nil, "decimal: the twin")
}

private func checkQuery(_ input: [UInt8], _ name: String) throws(BrokenProperty) {
    var isThere: Bool?
    let ours = try decoded(input) { query, output in
        isThere = try QueryParameters(query).find(name, appendingTo: &output)
    }
    if isThere == false { try require(ours, equals: [], "query: nothing from nowhere") }

    var values: [[UInt8]?] = []
    var isMalformed = false
    for pair in input.split(separator: UInt8(ascii: "&")) {
        let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
        guard let key = naivePercentDecoded(pair[..<equals]) else {
            isMalformed = true
            break
        }
        guard key == Array(name.utf8) else { continue }
        values.append(naivePercentDecoded(pair[equals...].dropFirst()))
    }
    // The reader stops at the first thing that is wrong; which one it is, is no matter.
    let twin: [UInt8]?? =
        isMalformed || values.count > 1 ? .some(nil) : values.isEmpty ? .none : .some(values[0])
    var other: [UInt8] = []
    if let isThere, (try? QueryParameters(input.span).find("other", appendingTo: &other)) != nil {
        let places = try? QueryParameters(input.span).places(of: [name, "other"])
        try require((places?[0] ?? nil) != nil, equals: isThere, "query: \(name) among others")
    }
    switch twin {
    case .none: try require(isThere, equals: false, "query: no \(name)")
    case .some(nil): try require(ours, equals: nil, "query: \(name) is refused")
    case .some(let value): try require(ours, equals: value, "query: \(name)")
    }
}

/// Base64 by the sentence of RFC 4648: six bits a digit, whole bytes of them, zeros behind the last.
private enum NaiveBase64 {
    private static func alphabet(_ options: Base64.Options) -> [UInt8] {
        Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
            + Array(options.contains(.urlSafe) ? "-_".utf8 : "+/".utf8)
    }

    static func encode(_ bytes: [UInt8], _ options: Base64.Options) -> [UInt8] {
        let alphabet = alphabet(options)
        let bits = bytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
        var digits: [UInt8] = []
        for start in stride(from: 0, to: bits.count, by: 6) {
            let value = (0..<6).reduce(0) { $0 << 1 | (start + $1 < bits.count ? Int(bits[start + $1]) : 0) }
            digits.append(alphabet[value])
        }
        while !options.contains(.unpadded), digits.count % 4 != 0 { digits.append(UInt8(ascii: "=")) }
        return digits
    }

    static func decode(_ text: [UInt8], _ options: Base64.Options) -> [UInt8]? {
        let alphabet = alphabet(options)
        var digits = text[...]
        if !options.contains(.unpadded) {
            guard text.count % 4 == 0 else { return nil }
            for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
        }
        guard digits.count % 4 != 1 else { return nil }
        var bits: [UInt8] = []
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            bits += (0..<6).map { UInt8(value >> (5 - $0) & 1) }
        }
        let whole = bits.count / 8
        if !options.contains(.ignoringSpareBits), bits[(whole * 8)...].contains(1) { return nil }
        return (0..<whole).map { index in bits[index * 8..<index * 8 + 8].reduce(0) { $0 << 1 | $1 } }
    }
}
