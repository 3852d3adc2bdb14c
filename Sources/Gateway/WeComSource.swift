// A source of official callbacks: the account they belong to and the secrets of the console (WECOM.md 1.1, 1.6).

package import Telemetry
package import WeCom

package struct WeComSource: Sendable {
    package let account: String
    /// Token and EncodingAESKey, the former pair while the console is being changed, and the accepted receiveids.
    package let credentials: Masked<CallbackCredentials>
    /// nil: `tolerance off`.
    package let tolerance: Duration?

    package init(account: String, credentials: CallbackCredentials, tolerance: Duration?) {
        self.account = account
        self.credentials = Masked(credentials)
        self.tolerance = tolerance
    }
}
