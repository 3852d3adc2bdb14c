// Other programs in tests: openssl as an independent peer, git for what is tracked.

import FoundationEssentials
import Glibc
package import Loop

/// A folder of one test, removed with this value.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        path = FileManager.default.temporaryDirectory.path + "/weir-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult
    package func write(_ text: String, as name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }
}

package struct CommandFailure: Error, CustomStringConvertible {
    package let description: String
}

package enum Command {
    /// Runs a program to its end and returns what it said; throws if it failed. Blocks: not for a loop's thread.
    @discardableResult
    package static func run(_ program: String, _ arguments: [String]) throws -> String {
        let folder = try TemporaryFolder()
        let log = folder.path + "/output"
        let child = try ChildProcess(program, arguments: arguments, log: log)
        var status: Int32 = 0
        while unsafe waitpid(child.id, &status, 0) == -1, errno == EINTR {}
        let output = try String(contentsOfFile: log, encoding: .utf8)
        guard status == 0 else { throw CommandFailure(description: "\(program) \(arguments): \(output)") }
        return output
    }

    /// Runs a program while the loop goes on, and returns what it said, however it ended.
    package static func output(of program: String, _ arguments: [String], on loop: EventLoop) async throws -> String {
        let folder = try TemporaryFolder()
        let log = folder.path + "/output"
        let child = try ChildProcess(program, arguments: arguments, log: log)
        var exit: ChildExit?
        guard
            await eventually(
                on: loop,
                {
                    exit = exit ?? child.poll()
                    return exit != nil
                })
        else {
            child.killNow()
            throw CommandFailure(description: "\(program) \(arguments) does not end")
        }
        return try String(decoding: Data(contentsOf: URL(filePath: log)), as: UTF8.self)
    }
}

/// Lets the loop go on until `condition` holds. False if it does not within half a minute.
package func eventually<Failure>(
    on loop: EventLoop, _ condition: () async throws(Failure) -> Bool
) async throws(Failure) -> Bool {
    let end = loop.now + .seconds(30)
    while loop.now < end {
        if try await condition() { return true }
        await loop.sleep(until: loop.now + .milliseconds(1))
    }
    return try await condition()
}
