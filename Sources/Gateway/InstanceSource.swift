// A source of callbacks from a provider of client instances (WECOM.md 7). Such callbacks carry no proof of their own, so
// the provider is made to bring one.

package struct InstanceSource: Sendable {
    /// guid → account. A guid that is not listed is its own account.
    package let accounts: [String: String]
    package let authentication: InstanceAuthentication
    /// The networks callbacks may come from; empty: any.
    package let allowed: [AddressRange]

    package init(accounts: [String: String], authentication: InstanceAuthentication, allowed: [AddressRange]) {
        self.accounts = accounts
        self.authentication = authentication
        self.allowed = allowed
    }

    package func account(ofGUID guid: String) -> String { accounts[guid] ?? guid }
}
