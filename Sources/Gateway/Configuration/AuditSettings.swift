// How long the audit log is kept.

package struct AuditSettings: Sendable, Equatable {
    /// China's Cybersecurity Law (article 21) asks for six months of logs at least.
    package var retention = Duration.seconds(180 * 86_400)
    package var entriesMax = 500_000

    package init() {}
}
