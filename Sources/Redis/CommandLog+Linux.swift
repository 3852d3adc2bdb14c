// The log of commands on disk: found, read, and cut.

import Glibc
import Loop

extension CommandLog {
    /// Between two pieces the loop does other things: a log can be long.
    private static let pieceSize = 1 << 20

    /// Cuts an unfinished end off the log of the server whose folder this is. No server may run on it.
    /// - Returns: how many bytes were cut off; 0 when the log is whole, when there is none, and when it is damaged otherwise,
    ///   which is left for Redis to say.
    static func mend(inFolder folder: String, on loop: EventLoop) async throws(StreamError) -> Int {
        guard let path = lastLog(inFolder: folder) else { return 0 }
        let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return 0 }
            throw .system(call: "open \(path)", code: errno)
        }
        defer { close(descriptor) }
        var log = CommandLog()
        var size = 0
        var piece = [UInt8](repeating: 0, count: pieceSize)
        while !log.isMalformed {
            let count = unsafe read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(call: "read \(path)", code: errno) }
            guard count > 0 else { break }
            size += count
            log.feed(piece.span.extracting(first: count))
            await loop.nextTurn()
        }
        guard !log.isMalformed, log.wholeCount < size else { return 0 }
        guard ftruncate(descriptor, off_t(log.wholeCount)) == 0, fsync(descriptor) == 0 else {
            throw .system(call: "cut \(path)", code: errno)
        }
        return size - log.wholeCount
    }

    /// The file that the server appended to last, by its manifest: the last line of type `i`.
    private static func lastLog(inFolder folder: String) -> String? {
        let folder = folder + "/appendonlydir/"
        let descriptor = unsafe open(folder + "appendonly.aof.manifest", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // A few lines; Redis removes the files of earlier rewrites.
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
        let words = lines.map { $0.split(separator: " ") }
        // file NAME seq NUMBER type i
        let last = words.last { $0.count >= 6 && $0[0] == "file" && $0[4] == "type" && $0[5] == "i" }
        return last.map { folder + $0[1] }
    }
}
