// Files and folders of the language, read from disk. The only place of this module that talks to the system.

import Glibc

/// Why a path could not be read.
package enum SourceFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system refused; the number is `errno`.
    case unreadable(path: String, errno: Int32)
    case tooLarge(path: String, limit: Int)
    /// A folder, a pipe or a device.
    case notAFile(path: String)

    package var description: String {
        switch self {
        case .unreadable(let path, let number):
            "cannot read \(path): \(unsafe String(cString: strerror(number)))"
        case .tooLarge(let path, let limit):
            "\(path) is larger than \(limit / 1024) KB, which no rule or configuration file needs"
        case .notAFile(let path): "\(path) is not a file"
        }
    }
}

extension SourceFile {
    /// Reads one file; diagnostics call it by the path given here.
    /// - Parameter mayWait: whether a pipe is read as well, to its end. Commands may wait for one; a loop must not.
    package static func read(path: String, mayWait: Bool = true) throws(SourceFault) -> SourceFile {
        // A pipe that nobody writes to keeps even `open` waiting.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (mayWait ? 0 : O_NONBLOCK))
        guard descriptor >= 0 else { throw .unreadable(path: path, errno: errno) }
        defer { close(descriptor) }
        if !mayWait {
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, errno: errno) }
            guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
        }
        var bytes: [UInt8] = []
        let chunkSize = 64 << 10
        while true {
            var count = 0
            var fault: Int32 = 0
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, filled in
                count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                fault = errno
                filled = max(0, count)
            }
            if count < 0 {
                if fault == EINTR { continue }
                throw .unreadable(path: path, errno: fault)
            }
            if count == 0 { return SourceFile(name: path, bytes: bytes) }
            bytes.append(contentsOf: chunk)
            guard bytes.count <= sizeLimit else { throw .tooLarge(path: path, limit: sizeLimit) }
        }
    }

    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder, in the order of their bytes; hidden files left out.
    package static func names(inFolder path: String) throws(SourceFault) -> [String] {
        guard let folder = unsafe opendir(path) else { throw .unreadable(path: path, errno: errno) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        errno = 0
        while let entry = unsafe readdir(folder) {
            // d_name is a fixed array that Swift imports as a tuple; its bytes lie at the entry's offset of that field.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: Int(entry.pointee.d_reclen)) { bytes in
                    unsafe String(cString: bytes)
                }
            }
            if !name.hasPrefix(".") { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw .unreadable(path: path, errno: errno) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
