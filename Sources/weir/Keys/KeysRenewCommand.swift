// `weir keys renew`: another key for access tokens before its time.

import Audit
import Crypto
import Identity
import Loop
import Records
import Redis
import Vault

struct KeysRenewCommand: Command {
    private static let atOnce = Option.flag(
        "at-once", "a former key may be known to others: all access tokens under it end now")

    static let manual = Manual(
        "renew", "makes a new key for access tokens, as Weir does by itself every 30 days",
        options: [ConfigurationFile.option, atOnce],
        notes: """
            The new key signs after a minute, when every Weir has it, and former ones verify until their last token has expired.
            With --at-once they go now: who is signed in goes on with the refresh token, after 30 seconds at most.
            """)

    private let file: ConfigurationFile
    private let isUrgent: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        file = try ConfigurationFile(named: arguments[ConfigurationFile.option])
        isUrgent = arguments.has(Self.atOnce)
    }

    func run() throws(CommandError) -> ExitStatus {
        let access = try RedisAccess(file)
        let source = try access.vaultSource()
        let isUrgent = isUrgent
        return try access.run { (redis) async throws(CommandError) in
            let id: String
            do {
                guard let ring = try source.read() else {
                    throw CommandError.failed(
                        "there is no master key (\(source.shown)); the first start of Weir makes it")
                }
                let keys = SigningKeys(
                    store: RecordStore(redis: redis, audit: try AuditLog(redis: redis)),
                    vault: try Vault(ring, random: .system), loop: redis.loop, random: .system, onFault: { _ in })
                id = try await keys.rotate(atOnce: isUrgent, .system("command line"))
            } catch let error as CommandError {
                throw error
            } catch {
                throw .failed("the key was not renewed: \(error)")
            }
            try StandardOutput.write("\(id)\n")
            return .success
        }
    }
}
