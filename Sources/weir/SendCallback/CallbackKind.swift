// `--type`: what a callback reports.

enum CallbackKind: Equatable {
    case text
    case image
    /// WeCom's name of an event such as `enter_agent`; of an instance, the number of a notice such as `11003`.
    case event(String)
    /// A text to an AI bot, which WeCom sends as JSON.
    case bot

    static let option = Option(
        "type", "TYPE",
        "text (the default), image, event:NAME such as event:enter_agent, or bot: a text to an AI bot, in JSON")

    init(_ text: String) throws(CommandError) {
        switch text {
        case "text": self = .text
        case "image": self = .image
        case "bot": self = .bot
        default:
            guard text.hasPrefix("event:"), text.count > 6 else {
                throw .usage("`--type` is text, image, bot or event:NAME, not `\(text)`")
            }
            self = .event(String(text.dropFirst(6)))
        }
    }
}
