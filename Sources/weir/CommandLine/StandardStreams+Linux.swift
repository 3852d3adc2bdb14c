// Standard input and output, and files given as operands: system calls, since a plaintext must come out byte for byte.

import Glibc

enum StandardOutput {
    static func write(_ text: String) throws(CommandError) { try write(Array(text.utf8)) }

    static func write(_ bytes: [UInt8]) throws(CommandError) {
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: start), bytes.count - start)
            }
            if written > 0 {
                start += written
            } else if errno != EINTR {
                throw .failed("cannot write to standard output: \(reason(errno))")
            }
        }
    }
}

enum InputFile {
    /// What a callback or an event can have at most, with room to spare.
    private static let byteCountMax = 16 << 20

    /// The whole file, or of standard input for `-`.
    static func read(_ path: String) throws(CommandError) -> [UInt8] {
        if path == "-" { return try read(STDIN_FILENO, "standard input") }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .failed("cannot read \(path): \(reason(errno))") }
        defer { close(descriptor) }
        return try read(descriptor, path)
    }

    private static func read(_ descriptor: Int32, _ name: String) throws(CommandError) -> [UInt8] {
        let chunkSize = 64 << 10
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkSize)
        while true {
            let count = unsafe Glibc.read(descriptor, &chunk, chunkSize)
            if count < 0 {
                guard errno == EINTR else { throw .failed("cannot read \(name): \(reason(errno))") }
                continue
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= byteCountMax else {
                throw .failed("\(name) is larger than \(byteCountMax >> 20) MB, which no callback and no event is")
            }
        }
    }
}

private func reason(_ number: Int32) -> String {
    unsafe String(cString: strerror(number))
}
