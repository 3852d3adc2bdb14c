import Codec
import Testing

@Suite struct XMLScannerTests {
    @Test("a document is the sequence of its tags and texts")
    func sequence() throws {
        let xml = "<?xml version='1.0'?>\n<!-- c --><xml><A>1</A>\n<B><![CDATA[x]]></B><C/></xml>\n<!-- d -->\n"
        #expect(try tokens(xml) == ["<xml", "<A", "1", ">", "\n", "<B", "x", ">", "<C", ">", ">"])
    }

    @Test("the message of the vendor's own vector is read, with and without CDATA")
    func vendorMessage() throws {
        let xml = """
            <xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>
            <FromUserName><![CDATA[mycreate]]></FromUserName>
            <CreateTime>1409659813</CreateTime>
            <MsgType><![CDATA[text]]></MsgType>
            <Content><![CDATA[hello]]></Content>
            <MsgId>4561255354251345929</MsgId>
            <AgentID></AgentID>
            </xml>
            """
        #expect(
            try leaves(xml) == [
                "xml.ToUserName=wx5823bf96d3bd56c7", "xml.FromUserName=mycreate", "xml.CreateTime=1409659813",
                "xml.MsgType=text", "xml.Content=hello", "xml.MsgId=4561255354251345929", "xml.AgentID=",
            ])
    }

    @Test("repeated elements are all there, in their order")
    func repeatedElements() throws {
        let xml = """
            <xml><SendPicsInfo><Count>2</Count>
            <PicList><item><PicMd5Sum>a</PicMd5Sum></item></PicList>
            <PicList><item><PicMd5Sum>b</PicMd5Sum></item></PicList></SendPicsInfo></xml>
            """
        #expect(
            try leaves(xml) == [
                "xml.SendPicsInfo.Count=2", "xml.SendPicsInfo.PicList.item.PicMd5Sum=a",
                "xml.SendPicsInfo.PicList.item.PicMd5Sum=b",
            ])
    }

    @Test("the five entities and character references are decoded, outside CDATA only")
    func references() throws {
        #expect(try leaves("<a>&lt;&gt;&amp;&quot;&apos;</a>") == ["a=<>&\"'"])
        #expect(try leaves("<a>x&#65;&#x41;&#x6c49;&#128077;&#x1F44D;&#0000000000000000000065;y</a>") == ["a=xAA汉👍👍Ay"])
        #expect(try leaves("<a>&amp;lt;</a>") == ["a=&lt;"])
        #expect(try leaves("<a><![CDATA[&lt;&nbsp;&]]></a>") == ["a=&lt;&nbsp;&"])
    }

    @Test("the text of an element is all of its pieces")
    func pieces() throws {
        #expect(try leaves("<a>1<!-- - -->2<![CDATA[3]]]]><![CDATA[>4]]>5<?p i?>6</a>") == ["a=123]]>456"])
        #expect(try leaves("<a><![CDATA[]]></a>") == ["a="])
        #expect(try leaves("<a><![CDATA[ ]] ]> ]]]></a>") == ["a= ]] ]> ]"])
    }

    @Test("control characters are let through, raw or by reference")
    func controlCharacters() throws {
        #expect(try leaves("<a><![CDATA[x\u{1d}y\u{0}]]>\u{1}&#x1D;</a>") == ["a=x\u{1d}y\u{0}\u{1}\u{1d}"])
    }

    @Test("line ends and white space stay as they are")
    func whiteSpace() throws {
        #expect(try leaves("<a> \r\n\t<![CDATA[\r\n]]></a>") == ["a= \r\n\t\r\n"])
    }

    @Test("attributes, namespaces, comments and instructions are passed over")
    func passedOver() throws {
        let xml = """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?><?style a > b?><!-- <a> & -->
            <n:xml xmlns:n = 'urn:"x"' a="&lt;>'"\n b=''><b  c = "1" /><d\t/></n:xml  ><!---->
            """
        #expect(try leaves(xml) == ["n:xml.b=", "n:xml.d="])
    }

    @Test("names may hold what XML allows")
    func names() throws {
        #expect(try leaves("<_a.b-c:1><汉字>x</汉字></_a.b-c:1>") == ["_a.b-c:1.汉字=x"])
    }

    @Test("a text without references is a piece of the document")
    func unescaped() throws {
        let xml = "<a>汉字<![CDATA[&]]>&amp;</a>"
        var scanner = XMLScanner(xml.utf8.span)
        _ = try scanner.next()
        var counts: [Int?] = []
        while case .text(let text) = try scanner.next() { counts.append(scanner.unescaped(text)?.count) }
        #expect(counts == [6, 1, nil])
    }

    @Test("an element can be passed over with all it holds")
    func skipping() throws {
        let xml = "<xml><a>1<b><c/>2</b></a><d/><e>3</e></xml>"
        var scanner = XMLScanner(xml.utf8.span)
        _ = try scanner.next()
        var names: [String] = []
        while case .startTag(let name) = try scanner.next() {
            var bytes: [UInt8] = []
            bytes.append(copying: scanner.source(name))
            names.append(String(decoding: bytes, as: UTF8.self))
            try scanner.skipElement()
        }
        #expect(names == ["a", "d", "e"])
        let end = [try scanner.next(), try scanner.next()]
        #expect(end == [.end, .end])
    }

    @Test("nesting is followed to the limit and not beyond")
    func depth() {
        func outcome(_ depth: Int, limit: Int) -> Outcome<Int> {
            let xml = String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
            return Outcome { () throws(CodecError) in
                var scanner = XMLScanner(xml.utf8.span, depthLimit: limit)
                var deepest = 0
                while try scanner.next() != .end { deepest = max(deepest, scanner.depth) }
                return deepest
            }
        }
        #expect(outcome(32, limit: 32) == .accepted(32))
        #expect(outcome(33, limit: 32) == .refused(.tooDeep, at: 96))
        #expect(outcome(100_000, limit: 32) == .refused(.tooDeep, at: 96))
        #expect(outcome(3, limit: 2) == .refused(.tooDeep, at: 6))
    }
}

/// One word for each token: `<name`, the decoded text, `>` for an end tag.
func tokens(_ xml: String) throws(CodecError) -> [String] { try tokens(Array(xml.utf8)) }

func tokens(_ xml: [UInt8]) throws(CodecError) -> [String] {
    var scanner = XMLScanner(xml.span)
    var tokens: [String] = []
    while true {
        switch try scanner.next() {
        case .startTag(let name):
            var bytes = Array("<".utf8)
            bytes.append(copying: scanner.source(name))
            tokens.append(String(decoding: bytes, as: UTF8.self))
        case .endTag: tokens.append(">")
        case .text(let text): tokens.append(scanner.string(text))
        case .end: return tokens
        }
    }
}

/// The path and the text of each element that has no children.
func leaves(_ xml: String) throws(CodecError) -> [String] {
    var scanner = XMLScanner(xml.utf8.span)
    var leaves: [String] = []
    var path: [String] = []
    var text: String?
    while true {
        switch try scanner.next() {
        case .startTag(let name):
            var bytes: [UInt8] = []
            bytes.append(copying: scanner.source(name))
            path.append(String(decoding: bytes, as: UTF8.self))
            text = ""
        case .endTag:
            if let text { leaves.append(path.joined(separator: ".") + "=" + text) }
            text = nil
            path.removeLast()
        case .text(let piece): text? += scanner.string(piece)
        case .end: return leaves
        }
    }
}
