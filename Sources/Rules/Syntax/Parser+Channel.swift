// Channels: ways to tell people.

import Language

extension Parser {
    /// A way to tell people of alerts. The URL of a robot or a mail server holds its key, so it is kept outside of the file.
    ///
    ///     channel NAME { kind wecom-robot | dingtalk-robot | smtp | sms | webhook
    ///                    url env:NAME | file:PATH   [to ["ADDRESS", …]] }
    ///
    ///     channel mail { kind smtp   url env:SMTP_URL   to ["ops@example.com"] }
    func channel(_ cursor: inout Cursor) throws(Reported) -> Located<Channel> {
        let name = try cursor.word("the name of a channel, a word")
        guard name.value != "all" else {
            throw cursor.error("`all` means every channel and cannot be the name of one", at: name.range)
        }
        var kind: Located<Channel.Kind>?
        var url: Secret?
        var recipients: Located<[String]>?
        let isSound = try cursor.block(of: "channel \(name.value)", once: Vocabulary.channel) {
            cursor, clause throws(Reported) in
            switch clause.value {
            case "kind":
                let word = try cursor.choice("a kind of channel", among: Channel.Kind.allCases.map(\.rawValue))
                kind = Channel.Kind(rawValue: word.value).map { Located($0, at: word.range) }
            case "url": url = try channelURL(&cursor)
            default:
                recipients = try cursor.list(of: "addresses") { cursor throws(Reported) in
                    try cursor.name("an address").value
                }
            }
        }
        guard let kind, let url else {
            if !isSound { throw cursor.reported }
            throw cursor.error(
                "channel \(name.value) has no `\(kind == nil ? "kind" : "url")`", at: name.range)
        }
        if kind.value.needsRecipients, recipients?.value.isEmpty ?? true, isSound {
            throw cursor.error(
                "channel \(name.value) has nobody to write to", at: kind.range, hint: "add `to [\"ops@example.com\"]`")
        }
        if !kind.value.needsRecipients, let recipients {
            throw cursor.error(
                "a \(kind.value.rawValue) has no addresses: its URL says who hears it", at: recipients.range)
        }
        let channel = Channel(name: name.value, kind: kind.value, url: url, recipients: recipients?.value ?? [])
        return Located(channel, at: name.range)
    }

    private func channelURL(_ cursor: inout Cursor) throws(Reported) -> Secret {
        let url = try cursor.secret("the URL of a channel")
        if case .inline = url.value {
            throw cursor.error(
                "a channel's URL does not stand in a rule file: it holds a key", at: url.range,
                hint: "name the place where it is kept: env:NAME or file:PATH")
        }
        return url.value
    }
}
