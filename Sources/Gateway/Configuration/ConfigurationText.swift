// The text of `weir config default`: every setting with its default, its form, its variable and its reason. It is itself a
// valid weir.conf that changes nothing.

package enum ConfigurationText {
    private static let width = 100

    package static func commentedDefault() -> String {
        var lines = comment(
            "weir.conf: every setting with its default, so this file changes nothing. Lines in comments are settings that "
                + "are absent by default. A variable of the environment, named beside each setting, goes before the file. "
                + "Values marked `restart` are taken up at the next start, all others by a reload (SIGHUP). Secrets are "
                + "written `env:NAME` or `file:PATH`.", indent: "")
        for setting in Setting.table where setting.block == nil { lines += [""] + entry(setting, indent: "") }
        for block in Setting.blocks {
            lines += [""] + comment(block.about, indent: "") + ["\(block.name) {"]
            let entries = Setting.table.filter { $0.block == block.name }.map { entry($0, indent: "    ") }
            lines += entries.joined(separator: [""]) + ["}"]
        }
        return (lines + ["", tenantExample]).joined(separator: "\n")
    }

    private static func entry(_ setting: Setting, indent: String) -> [String] {
        let restart = setting.reload == .restart ? "; restart" : ""
        var lines = comment(setting.why, indent: indent)
        lines += ["\(indent)# \(setting.variable): \(setting.form)\(restart)"]
        if let value = setting.default {
            lines.append("\(indent)\(setting.word) \(value)")
        } else {
            let example = setting.example ?? ""
            let isText = setting.environmentForm == .quoted
            lines.append("\(indent)# \(setting.word) \(isText ? SettingText.string(example) : example)")
        }
        return lines
    }

    private static func comment(_ text: String, indent: String) -> [String] {
        var lines: [String] = []
        var line = "\(indent)#"
        for word in text.split(separator: " ") {
            if line.count + 1 + word.count > width {
                lines.append(line)
                line = "\(indent)#"
            }
            line += " " + word
        }
        return lines + [line]
    }

    private static let tenantExample = """
        # A tenant owns sources, where events come from, and webhooks, where they go.
        # tenant "demo" {
        #     source "demo-app" {                      # called at /callback/demo-app
        #         kind wecom
        #         account "demo-app"                   # the events' account; the source's name when left out
        #         token env:DEMO_TOKEN                 # both from WeCom's console
        #         aes-key env:DEMO_AES_KEY
        #         receive-ids ["ww0123456789abcdef"]   # [""] for an AI bot, ["*"] for any
        #         # previous { token env:OLD_TOKEN  aes-key env:OLD_AES_KEY }   # during a change of key
        #         tolerance 10m                        # of the timestamp; or: off
        #     }
        #     source "demo-phones" {                   # a provider of client instances
        #         kind instance
        #         accounts { "guid-1" "sales-1"  "guid-2" "sales-2" }   # others: the guid is the account
        #         # How the provider proves itself, one of three. It signs: X-Weir-Timestamp (seconds since 1970),
        #         # X-Weir-Nonce (new for each callback) and X-Weir-Signature, the lower-case hex of
        #         # HMAC-SHA256(secret, timestamp + "." + nonce + "." + body).
        #         hmac env:PHONES_SECRET
        #         tolerance 5m                         # of the timestamp
        #         # previous-hmac env:OLD_SECRET       # during a change of secret
        #         # It calls /callback/demo-phones/TOKEN, or sends a header; both best with `allow`, the networks
        #         # it calls from. The address compared is the TCP peer's: behind a proxy, the proxy's.
        #         # path-token env:PHONES_TOKEN
        #         # header "X-Secret" env:PHONES_VALUE
        #         # allow ["203.0.113.0/24"]
        #     }
        #     webhook "crm" {
        #         url "https://crm.example.com/hooks"
        #         secret env:DEMO_WEBHOOK_SECRET       # whsec_…, or whsk_…: the receiver then holds whpk_… only
        #         # previous-secret env:OLD_SECRET     # deliveries are signed with both
        #         types [message.*, account.login]     # every type when left out
        #         # concurrency 8  timeout 15s  schedule [0s, 5s]   # as in `delivery` when left out
        #         # rate 100 per second                # attempts begun; no limit when left out
        #         # headers { "Authorization" env:CRM_TOKEN }
        #         # client-certificate "/etc/weir/crm" # crm.pem and crm.key, shown to a receiver that asks (mTLS)
        #     }
        # }

        """
}
