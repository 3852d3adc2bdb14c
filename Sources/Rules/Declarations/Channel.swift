// A way to tell people of an alert.

package import Language

package struct Channel: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case wecomRobot = "wecom-robot"
        case dingtalkRobot = "dingtalk-robot"
        case smtp
        case sms
        case webhook

        /// Whether it speaks to addresses, which `to` lists.
        var needsRecipients: Bool {
            switch self {
            case .smtp, .sms: true
            case .wecomRobot, .dingtalkRobot, .webhook: false
            }
        }
    }

    package var name: String
    package var kind: Kind
    /// Robots carry their key in the URL, so it is named, not written down.
    package var url: Secret
    package var recipients: [String]
}
