// All commands. Help, dispatch and guesses at misspelt names come from this table.

enum CommandTable {
    static let root = CommandGroup(
        "weir", "a gateway between WeCom and the webhooks of tenants",
        [
            .command(ServeCommand.self),
            .group(
                "config", "checks the configuration, shows it, prints a commented one",
                [
                    .command(ConfigCheckCommand.self), .command(ConfigShowCommand.self),
                    .command(ConfigDefaultCommand.self),
                ]),
            .group(
                "rules", "checks the rule file, runs its tests, asks it about one event, formats it, compares it",
                [
                    .command(RulesCheckCommand.self), .command(RulesExplainCommand.self),
                    .command(RulesTestCommand.self), .command(RulesFormatCommand.self),
                    .command(RulesDiffCommand.self),
                ]),
            .group(
                "users", "resets the password of a user",
                [.command(UsersResetCommand.self)]),
            .group(
                "keys", "changes the keys of secrets and of access tokens",
                [.command(KeysRotateCommand.self), .command(KeysRenewCommand.self)]),
            .group("audit", "looks after the log of who did what", [.command(AuditVerifyCommand.self)]),
            .command(SendCallbackCommand.self),
            .command(ListenCommand.self),
            .group(
                "envelope", "opens or makes an encrypted callback, offline",
                [.command(EnvelopeOpenCommand.self), .command(EnvelopeSealCommand.self)]),
            .command(VersionCommand.self),
        ])
}
