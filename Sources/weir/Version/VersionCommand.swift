// `weir version`

import Crypto
import Redis

struct VersionCommand: Command {
    private static let verbose = Option.flag("verbose", "the versions of OpenSSL and hiredis too")

    static let manual = Manual("version", "prints the version", options: [verbose])

    private let isVerbose: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        isVerbose = arguments.has(Self.verbose)
    }

    func run() throws(CommandError) -> ExitStatus {
        try StandardOutput.write("weir \(Version.text)\n")
        if isVerbose {
            try StandardOutput.write("\(OpenSSLVersion.text)\nhiredis \(HiredisVersion.text)\n")
        }
        return .success
    }
}
