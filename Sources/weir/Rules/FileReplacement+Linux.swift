// A file that is replaced as a whole: who reads it meanwhile, and a Weir that watches it, sees the old text or the new one.

import Glibc
import Language

enum FileReplacement {
    /// Mode and owner stay. Of a symbolic link, what it points to is replaced. A file that says something else by now than what was read
    /// is left as it is, and so is one that may not be written.
    static func write(_ bytes: [UInt8], insteadOf old: SourceFile) throws(CommandError) {
        let path = old.name
        guard let resolved = unsafe realpath(path, nil) else { throw failure(path) }
        let target = unsafe String(cString: resolved)
        unsafe free(resolved)
        var status = stat()
        guard unsafe stat(target, &status) == 0 else { throw failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .failed("\(path) is not a file that can be replaced") }
        // Replacing it would only need the folder.
        guard unsafe access(target, W_OK) == 0 else { throw failure(path) }

        // Hidden, so that nothing takes it for a rule file.
        let slash = target.lastIndex(of: "/") ?? target.startIndex
        let folder = slash == target.startIndex ? "/" : String(target[..<slash])
        let draft = "\(target[...slash]).\(target[slash...].dropFirst()).\(getpid())"
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        // Only root can give a file away; for others the owner is the same, or becomes theirs.
        _ = fchown(descriptor, status.st_uid, status.st_gid)
        guard fill(descriptor, with: bytes), fchmod(descriptor, status.st_mode & 0o7777) == 0, fsync(descriptor) == 0
        else {
            let fault = failure(path)
            unsafe unlink(draft)
            throw fault
        }
        // As late as possible: who saves in an editor meanwhile must not lose it.
        guard (try? SourceFile.read(path: target, mayWait: false))?.bytes == old.bytes else {
            unsafe unlink(draft)
            throw .failed("\(path) was changed while it was formatted, and is left as it is; format it again")
        }
        guard unsafe rename(draft, target) == 0 else {
            let fault = failure(path)
            unsafe unlink(draft)
            throw fault
        }
        // The name too must survive a power cut.
        let directory = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    private static func fill(_ descriptor: Int32, with bytes: [UInt8]) -> Bool {
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start)
            }
            if written > 0 { start += written } else if errno != EINTR { return false }
        }
        return true
    }

    private static func failure(_ path: String) -> CommandError {
        .failed("cannot write \(path): \(unsafe String(cString: strerror(errno)))")
    }
}
