// Time zones by name, from the system's database.

package import Codec
import Glibc

package enum ZoneName {
    /// What holds for a tenant that says nothing, and for the zones of the rule file.
    package static let `default` = "Asia/Shanghai"

    private static let folder = "/usr/share/zoneinfo/"
    /// The largest file has some 4 KB.
    private static let byteCountMax = 64 << 10

    /// Nil if there is no such zone. Reads a file: not for each request.
    package static func zone(_ name: String) -> ZoneInfo? {
        guard isName(name) else { return nil }
        if name == "UTC" { return .utc }
        if let zone = read(folder + name) { return zone }
        // Small images have no database. China's clocks have not changed since 1991, so the default can do without.
        return name == `default` ? ZoneInfo(fixed: 8 * 3600) : nil
    }

    /// As `Asia/Shanghai`, `Etc/GMT+8`: nothing that leads out of the folder.
    package static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return name.utf8.count <= 64 && parts.count <= 3
            && parts.allSatisfy { part in
                part.utf8.first.map(isLetter) == true
                    && part.utf8.allSatisfy {
                        isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                            || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
                    }
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func read(_ path: String) -> ZoneInfo? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCountMax) { buffer, count in
            count = unsafe max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
        }
        return ZoneInfo(tzif: bytes.span)
    }
}
