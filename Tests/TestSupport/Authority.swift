// A certificate authority of one test, and the certificates it signs, by the script that development uses.

package import Loop

package struct Authority: Sendable {
    private let folder: TemporaryFolder

    package init() throws {
        folder = try TemporaryFolder()
        // The script makes the authority with its first certificate; whoever holds this value may trust it at once.
        try Command.run(Self.script, ["--out", folder.path, "first"])
    }

    /// What a client must trust.
    package var trust: String { "\(folder.path)/ca.pem" }

    /// Signs a certificate for these names and addresses.
    package func certificate(_ name: String, for hosts: String...) throws -> CertificateFiles {
        try Command.run(Self.script, ["--out", folder.path, name] + hosts)
        return CertificateFiles(stem: "\(folder.path)/\(name)")
    }

    private static let script = #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/Certs/make"
}
