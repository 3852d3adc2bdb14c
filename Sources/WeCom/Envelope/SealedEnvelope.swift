// A sealed message and its signature, and the documents it is sent in: the passive reply of an app (XML) or of an AI bot
// (JSON, WECOM.md 1.7), and the callback that WeCom itself would send (1.2, 1.3).

import Codec

package struct SealedEnvelope: Sendable {
    /// Base64, so plain ASCII: it needs no escaping in XML or JSON.
    package var encrypt: [UInt8]
    package var signature: CallbackSignature
    /// Decimal seconds.
    package var timestamp: [UInt8]
    package var nonce: [UInt8]

    /// The passive reply of an app, in the vendor's order; TimeStamp goes without CDATA.
    package func replyXML() -> [UInt8] {
        var document = Document()
        document.raw("<xml>")
        document.element("Encrypt", encrypt)
        document.element("MsgSignature", signatureBytes)
        document.raw("<TimeStamp>")
        document.bytes += timestamp
        document.raw("</TimeStamp>")
        document.element("Nonce", nonce)
        document.raw("</xml>")
        return document.bytes
    }

    /// The passive reply of an AI bot. The timestamp is a number, as the documentation says; the sample writes a string.
    package func replyJSON() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("encrypt")
        writer.string(encrypt.span)
        writer.key("msgsignature")
        writer.string(signature.digits.span)
        writer.key("timestamp")
        writer.raw(timestamp.span)
        writer.key("nonce")
        writer.string(nonce.span)
        writer.endObject()
        return writer.bytes
    }

    /// The body of a callback to an app; `agentID` is left out for contacts, customer contact and the like.
    package func callbackXML(toUserName: [UInt8], agentID: [UInt8]? = nil) -> [UInt8] {
        var document = Document()
        document.raw("<xml>")
        document.element("ToUserName", toUserName)
        document.element("Encrypt", encrypt)
        if let agentID { document.element("AgentID", agentID) }
        document.raw("</xml>")
        return document.bytes
    }

    /// The body of a callback to an AI bot.
    package func callbackJSON() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("encrypt")
        writer.string(encrypt.span)
        writer.endObject()
        return writer.bytes
    }

    /// The query of a callback's URL; with `echo`, that of a URL verification.
    package func query(echo: Bool = false) -> [UInt8] {
        var query = Array("msg_signature=".utf8) + signatureBytes
        query += Array("&timestamp=".utf8) + timestamp
        query += Array("&nonce=".utf8) + Percent.encode(nonce.span)
        if echo { query += Array("&echostr=".utf8) + Percent.encode(encrypt.span) }
        return query
    }

    private var signatureBytes: [UInt8] { signature.digits.indices.map { signature.digits[$0] } }
}

/// The flat XML of WeCom: one root, children with CDATA.
private struct Document {
    var bytes: [UInt8] = []

    mutating func raw(_ text: StaticString) {
        bytes += Array(text.description.utf8)
    }

    mutating func element(_ name: String, _ text: [UInt8]) {
        bytes += Array("<\(name)><![CDATA[".utf8)
        for byte in text {
            // "]]>" would end the section early, so the section ends and begins anew inside it (WECOM.md, trap 43).
            if byte == 0x3e, bytes.suffix(2) == [0x5d, 0x5d] { bytes += Array("]]><![CDATA[".utf8) }
            bytes.append(byte)
        }
        bytes += Array("]]></\(name)>".utf8)
    }
}
