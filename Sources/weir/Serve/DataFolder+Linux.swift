// The data folder: made on the first start, locked while Weir runs, and the instance's name.

import CLinux
import Crypto
import Gateway
import Glibc
import Language
import Loop

/// Holds the folder's lock for the life of the process.
final class DataFolder: Sendable {
    let path: String
    /// Sixteen hexadecimal digits, the same over restarts.
    let instance: String
    private let lock: FileLock

    init(_ path: String) throws(StartFault) {
        let folder = try Self.make(path)
        let lock: FileLock?
        do throws(StreamError) {
            lock = try FileLock.take(folder + "/weir.lock")
        } catch {
            throw StartFault("cannot write in the data folder \(folder): \(error)")
        }
        guard let lock else {
            throw StartFault(
                "another Weir uses the data folder \(folder); stop it, or give this one a folder of its own (`data`)")
        }
        self.lock = lock
        self.path = folder
        instance = try Self.instance(in: folder)
    }

    /// Writes the number of this process into the lock, for `kill -HUP` and for who waits for the start.
    func writeProcessID() throws(StartFault) {
        let bytes = Array("\(getpid())\n".utf8)
        guard ftruncate(lock.descriptor, 0) == 0,
            unsafe pwrite(lock.descriptor, bytes, bytes.count, 0) == bytes.count
        else {
            throw StartFault("cannot write \(path)/weir.lock: \(Self.reason())")
        }
    }

    /// The folder that a path of the configuration means. Relative paths begin at the current folder.
    static func absolute(_ path: String) throws(StartFault) -> String {
        var folder = path
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        if !folder.hasPrefix("/") {
            guard let current = unsafe getcwd(nil, 0) else {
                throw StartFault("there is no current folder: \(reason())")
            }
            folder = unsafe String(cString: current) + "/" + folder
            unsafe free(current)
        }
        return folder
    }

    /// Every missing folder on the way is made, for this user only: secrets and messages lie there.
    private static func make(_ path: String) throws(StartFault) -> String {
        let folder = try absolute(path)
        var built = ""
        for part in folder.split(separator: "/") {
            built += "/" + part
            if unsafe mkdir(built, 0o700) != 0, errno != EEXIST {
                throw StartFault("cannot make the data folder \(built): \(reason())")
            }
        }
        return folder
    }

    private static func instance(in folder: String) throws(StartFault) -> String {
        let file = folder + "/instance"
        if let known = try? SourceFile.read(path: file) {
            let text = String(decoding: known.bytes, as: UTF8.self).filter(\.isHexDigit)
            if text.count == 16 { return text }
        }
        var random = RandomSource.system
        let digits = String(random.next(), radix: 16)
        let name = String(repeating: "0", count: 16 - digits.count) + digits
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StartFault("cannot write \(file): \(reason())") }
        defer { close(descriptor) }
        let bytes = Array(name.utf8)
        guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else {
            throw StartFault("cannot write \(file): \(reason())")
        }
        return name
    }

    private static func reason() -> String { unsafe String(cString: strerror(errno)) }
}
