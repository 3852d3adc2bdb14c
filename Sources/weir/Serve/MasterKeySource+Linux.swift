// Where the master keys are: what `vault.master-key` names, else a file in the data folder, which the first start makes.

import Crypto
import Gateway
import Glibc
import Language
import Telemetry
import Vault

struct MasterKeySource: Sendable {
    private let secret: Secret
    private let surroundings: Surroundings
    /// Whether nobody named it, so that Weir may make it.
    private let isOurs: Bool

    init(_ configuration: Configuration, in surroundings: Surroundings) throws(StartFault) {
        self.surroundings = surroundings
        isOurs = configuration.masterKey == nil
        if let named = configuration.masterKey {
            secret = named
        } else {
            secret = .file(path: try DataFolder.absolute(configuration.data) + "/master.key")
        }
    }

    /// `env:NAME` or `file:PATH`.
    var shown: String { secret.shown }

    /// nil for an environment variable.
    var path: String? {
        if case .file(let path) = secret { return path }
        return nil
    }

    /// The keys; nil when the file that Weir makes is not there.
    func read() throws(StartFault) -> MasterKeyRing? {
        do {
            return try MasterKeyRing(parsing: try surroundings.fetch(secret).text.revealed)
        } catch let fault as SecretFault {
            if isOurs, let path, unsafe access(path, F_OK) != 0, errno == ENOENT { return nil }
            throw StartFault("the master key cannot be had: \(fault)")
        } catch {
            throw StartFault("the master key of \(shown) cannot be used: \(error)")
        }
    }

    /// Makes the first key and keeps it, on disk before anything is sealed with it.
    func make() throws(StartFault) -> MasterKeyRing {
        var random = RandomSource.system
        do {
            let ring = MasterKeyRing(try .random(&random))
            try write(ring)
            return ring
        } catch let fault as StartFault {
            throw fault
        } catch {
            throw StartFault("cannot make a master key: \(error)")
        }
    }

    /// Replaces the file as a whole, or not at all.
    func write(_ ring: MasterKeyRing) throws(StartFault) {
        guard let path else { throw StartFault("\(shown) is no file: change the variable where it is set") }
        let draft = path + ".new"
        let bytes = Array(ring.text.utf8)
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StartFault("cannot write \(draft): \(Self.reason())") }
        defer { close(descriptor) }
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            unsafe rename(draft, path) == 0
        else {
            throw StartFault("cannot write \(path): \(Self.reason())")
        }
        // The name too must survive a power cut.
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let directory = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    /// Takes back a key that was made and that nothing was sealed with.
    func discard() {
        if isOurs, let path { unsafe unlink(path) }
    }

    private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
