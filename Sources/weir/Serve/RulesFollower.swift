// Notices that the rule files, or the tests beside them, are others than those that were read last, however they were changed: written in place, moved over,
// mounted, or their folder swapped.

import Language
import Loop
import Rules

/// Belongs to the control loop.
final class RulesFollower {
    /// An editor writes a file in several steps, and a deployment several files.
    private static let quietFor = Duration.milliseconds(100)
    /// Not every change is told: of network file systems, or where a link leads on through other folders.
    private static let lookEvery = Duration.seconds(10)

    private let loop: EventLoop
    private let watch: FileWatch
    /// A file or a folder. Replaced at a reload.
    private var path: String
    /// The fingerprint of the files, or why they could not be read.
    private var seen: String

    /// - Parameter read: the fingerprint of the files that were read.
    init(on loop: EventLoop, path: String, read: String) throws(StreamError) {
        self.loop = loop
        self.path = path
        watch = try FileWatch(on: loop)
        seen = read
    }

    /// Somebody who was not told is about to read the files.
    func noteReading() { seen = Self.look(path) }

    /// The files of this fingerprint were read, at this path.
    func noteRead(_ read: String, at path: String) {
        self.path = path
        seen = read
        watch.add(places)
    }

    /// Calls `changed` after each change, never twice for the same files. Runs for the life of the process.
    func run(_ changed: () async -> Void) async {
        while true {
            // Again each time: a file that took another's place is not watched yet. Then looked at, so that no change falls between.
            watch.add(places)
            let now = Self.look(path)
            if now != seen {
                seen = now
                await changed()
            }
            await watch.next(until: loop.now + Self.lookEvery)
            await loop.sleep(until: loop.now + Self.quietFor)
            watch.drain()
        }
    }

    private var places: [String] {
        let folder = SourceFile.isFolder(path) ? path : Self.parent(of: path)
        let files = (try? SourceFile.names(inFolder: folder))?.map { folder + "/" + $0 } ?? []
        return [Self.parent(of: folder), folder, path] + files.filter { $0.hasSuffix(".rules") }
    }

    private static func parent(of path: String) -> String {
        var parts = path.split(separator: "/", omittingEmptySubsequences: true)
        _ = parts.popLast()
        let parent = (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
        return parent.isEmpty ? "." : parent
    }

    private static func look(_ path: String) -> String {
        do { return try RuleFiles.read(path: path).fingerprint } catch { return "\(error)" }
    }
}
