// `weir users reset`: a new one-time password, for who has forgotten theirs, an administrator too. Whoever can run it on the host can
// read the data folder anyway.

import Audit
import Crypto
import Identity
import Loop
import Records
import Redis

struct UsersResetCommand: Command {
    static let manual = Manual(
        "reset", "gives a user a new one-time password, and ends their sessions", operands: .one("NAME"),
        options: [ConfigurationFile.option],
        notes: """
            The password is printed, and must be changed at the next sign-in. A suspended user is active again. Weir must be
            running (its Redis holds the users).
            """)

    private let file: ConfigurationFile
    private let name: String

    init(_ arguments: Arguments) throws(CommandError) {
        file = try ConfigurationFile(named: arguments[ConfigurationFile.option])
        name = arguments.operands[0]
    }

    func run() throws(CommandError) -> ExitStatus {
        let name = name
        return try RedisAccess(file).run { (redis) async throws(CommandError) in
            let password: String
            do {
                let store = RecordStore<User>(redis: redis, audit: try AuditLog(redis: redis))
                let users = UserDirectory(
                    store: store, passwords: Passwords(on: redis.loop, random: .system), loop: redis.loop,
                    random: .system)
                password = try await users.reset(name, Origin(.system("command line")))
            } catch IdentityFault.store(.notFound) {
                throw .failed("there is no user \(name)")
            } catch {
                throw .failed("the password of \(name) was not reset: \(error)")
            }
            try StandardOutput.write("\(password)\n")
            return .success
        }
    }
}
