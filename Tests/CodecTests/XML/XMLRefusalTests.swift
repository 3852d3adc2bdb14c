import Codec
import Testing

/// What is refused, each named after the mistake.
@Suite struct XMLRefusalTests {
    private func outcome(_ xml: [UInt8]) -> Outcome<[String]> {
        Outcome { () throws(CodecError) in try tokens(xml) }
    }

    @Test(
        "a document is refused for its mistake",
        arguments: [
            ("nothing", "", .unexpectedEnd, 0),
            ("white space only", " \n", .unexpectedEnd, 2),
            ("comment only", "<!-- x -->", .unexpectedEnd, 10),
            ("text only", "hello", .unexpectedCharacter, 0),
            ("JSON", "{}", .unexpectedCharacter, 0),
            ("text before the root", " x<a/>", .unexpectedCharacter, 1),
            ("text behind the root", "<a/> x", .trailingCharacters, 5),
            ("CDATA before the root", "<![CDATA[x]]><a/>", .unexpectedCharacter, 0),
            ("CDATA behind the root", "<a/><![CDATA[x]]>", .unexpectedCharacter, 4),
            ("two roots", "<a/><a/>", .trailingCharacters, 4),
            ("end tag only", "</a>", .mismatchedTag, 2),
            ("two end tags", "<a></a></a>", .mismatchedTag, 9),
            ("end tag of another element", "<a><b></a></b>", .mismatchedTag, 8),
            ("end tag longer than its start tag", "<a></ab>", .mismatchedTag, 5),
            ("end tag shorter than its start tag", "<ab></a>", .mismatchedTag, 6),
            ("end tag in another case", "<a></A>", .mismatchedTag, 5),
            ("attribute in an end tag", "<a></a b='1'>", .unexpectedCharacter, 7),
            ("element left open", "<a><b></b>", .unexpectedEnd, 10),
            ("space before a name", "< a/>", .unexpectedCharacter, 1),
            ("name that begins with a digit", "<1/>", .unexpectedCharacter, 1),
            ("name that begins with a hyphen", "<-a/>", .unexpectedCharacter, 1),
            ("no name", "<>", .unexpectedCharacter, 1),
            ("no name in the end tag", "<a></>", .unexpectedCharacter, 5),
            ("tag within a tag", "<a<b/>", .unexpectedCharacter, 2),
            ("slash in the middle", "<a/ >", .unexpectedCharacter, 3),
            ("attribute without a value", "<a b/>", .unexpectedCharacter, 4),
            ("attribute without quotes", "<a b=1/>", .unexpectedCharacter, 5),
            ("attributes without a space", "<a b='1'c='2'/>", .unexpectedCharacter, 8),
            ("less-than sign in an attribute", "<a b='<'/>", .unexpectedCharacter, 6),
            ("bare ampersand in an attribute", "<a b='&'/>", .unknownEntity, 6),
            ("bare ampersand", "<a>x & y</a>", .unknownEntity, 5),
            ("ampersand of a URL", "<a>?b=1&c=2</a>", .unknownEntity, 7),
            ("entity of HTML", "<a>&nbsp;</a>", .unknownEntity, 3),
            ("entity in upper case", "<a>&LT;</a>", .unknownEntity, 3),
            ("entity without a semicolon", "<a>&lt </a>", .unknownEntity, 3),
            ("entity without a name", "<a>&;</a>", .unknownEntity, 3),
            ("reference without digits", "<a>&#;</a>", .badCharacterReference, 3),
            ("reference without hexadecimal digits", "<a>&#x;</a>", .badCharacterReference, 3),
            ("reference with an upper-case X", "<a>&#X41;</a>", .badCharacterReference, 3),
            ("reference with hexadecimal digits, but no x", "<a>&#4a;</a>", .badCharacterReference, 3),
            ("reference with a sign", "<a>&#-1;</a>", .badCharacterReference, 3),
            ("reference without a semicolon", "<a>&#65 </a>", .badCharacterReference, 3),
            ("reference to NUL", "<a>&#0;</a>", .badCharacterReference, 3),
            ("reference to a surrogate", "<a>&#xD83D;&#xDC4D;</a>", .badCharacterReference, 3),
            ("reference to a non-character", "<a>&#xFFFE;</a>", .badCharacterReference, 3),
            ("reference beyond Unicode", "<a>&#x110000;</a>", .badCharacterReference, 3),
            ("reference beyond 64 bits", "<a>&#99999999999999999999999999;</a>", .badCharacterReference, 3),
            ("reference that wraps round to a letter", "<a>&#4294967361;</a>", .badCharacterReference, 3),
            ("end of CDATA in text", "<a>x]]>y</a>", .unexpectedCharacter, 4),
            ("CDATA left open", "<a><![CDATA[x</a>", .unexpectedEnd, 17),
            ("misspelt CDATA", "<a><![CDATE[x]]></a>", .unexpectedCharacter, 10),
            ("CDATA in lower case", "<a><![cdata[x]]></a>", .unexpectedCharacter, 6),
            ("two hyphens in a comment", "<a><!-- x -- y --></a>", .unexpectedCharacter, 12),
            ("comment that ends with three hyphens", "<a><!-- x ---></a>", .unexpectedCharacter, 12),
            ("comment that is too short", "<a><!--></a>", .unexpectedEnd, 12),
            ("instruction without a name", "<a><? x?></a>", .unexpectedCharacter, 5),
            ("instruction left open", "<a><?x ></a>", .unexpectedEnd, 12),
            ("conditional section", "<a><![INCLUDE[x]]></a>", .unexpectedCharacter, 6),
            ("declaration of an entity", "<a><!ENTITY x 'y'></a>", .unexpectedCharacter, 5),
        ] as [(String, String, CodecError.Reason, Int)])
    func refusals(mistake: String, xml: String, reason: CodecError.Reason, offset: Int) {
        #expect(outcome(Array(xml.utf8)) == .refused(reason, at: offset), "\(mistake)")
    }

    @Test(
        "a document type is refused whatever it declares, before anything is expanded or fetched",
        arguments: [
            "<!DOCTYPE xml><xml/>",
            "<!DOCTYPE xml SYSTEM 'file:///etc/passwd'><xml/>",
            "<!DOCTYPE xml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><xml>&x;</xml>",
            "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]><x>&c;</x>",
        ])
    func doctype(xml: String) {
        #expect(outcome(Array(xml.utf8)) == .refused(.doctype, at: 0))
        #expect(outcome(Array("<?xml version='1.0'?>\(xml)".utf8)) == .refused(.doctype, at: 21))
        #expect(outcome(Array("<a>\(xml)</a>".utf8)) == .refused(.doctype, at: 3))
    }

    @Test("a flood of references never grows: text decodes to no more bytes than it has")
    func flood() throws {
        let xml = "<a>" + String(repeating: "&lt;&#x1F44D;&#128077;", count: 20_000) + "</a>"
        #expect(try tokens(xml)[1].utf8.count == 20_000 * 9)
    }

    @Test(
        "bytes that are not UTF-8 are refused, wherever they stand",
        arguments: [
            ("overlong", [0xC0, 0xAF]), ("surrogate", [0xED, 0xA0, 0x80]), ("lone continuation", [0x80]),
            ("cut character", [0xE6, 0xB1]), ("GBK", [0xBA, 0xBA]),
        ] as [(String, [UInt8])])
    func invalidUTF8(mistake: String, bytes: [UInt8]) {
        for (before, after) in [("<a>", "</a>"), ("<a><![CDATA[", "]]></a>"), ("<", "/>"), ("<!--", "--><a/>")] {
            let xml = Array(before.utf8) + bytes + Array(after.utf8)
            #expect(outcome(xml) == .refused(.invalidUTF8, at: before.utf8.count), "\(mistake) behind \(before)")
        }
    }

    @Test("every prefix of a document is refused because it ends too early")
    func prefixes() throws {
        let xml = Array(
            "<?xml version='1.0'?><!-- c --><xml a=\"&amp;\"><A>x&lt;&#x26;]</A><B><![CDATA[y]]]></B><C /></xml>".utf8)
        for count in 0..<xml.count {
            guard case .refused(let reason, let offset) = outcome(Array(xml[..<count])) else {
                Issue.record("the prefix of \(count) bytes is accepted")
                continue
            }
            #expect(reason == .unexpectedEnd, "prefix of \(count) bytes")
            #expect(offset == count, "prefix of \(count) bytes")
        }
        #expect(try tokens(xml).count == 10)
    }
}
