// The surroundings of a real process.

import Glibc
package import Language

extension Surroundings {
    /// Variables as the process was started with them, read from the kernel: the C library's `environ` is a mutable global
    /// that no two threads may touch.
    package static func ofProcess() throws(SourceFault) -> Surroundings {
        var variables: [String: String] = [:]
        for entry in try SourceFile.read(path: "/proc/self/environ").bytes.split(separator: 0) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: entry[..<equals], as: UTF8.self)
            variables[name] = String(decoding: entry[entry.index(after: equals)...], as: UTF8.self)
        }
        return Surroundings(variables: variables, secretFile: SecretFile.read)
    }
}

extension SecretFile {
    static func read(path: String) throws(Fault) -> SecretFile {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(reason: reason(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable(reason: reason(errno)) }
        var bytes: [UInt8] = []
        while true {
            var count = 0
            // One byte more than allowed shows that there is more; a pipe or a growing file has no size to ask for.
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: byteCountMax + 1) { buffer, filled in
                count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                filled = max(0, count)
            }
            if count < 0 {
                guard errno == EINTR else { throw .unreadable(reason: reason(errno)) }
                continue
            }
            bytes += chunk
            guard bytes.count <= byteCountMax else { throw .tooLarge }
            if count == 0 { return SecretFile(bytes: bytes, isWorldReadable: status.st_mode & S_IROTH != 0) }
        }
    }

    private static func reason(_ number: Int32) -> String {
        unsafe String(cString: strerror(number))
    }
}
