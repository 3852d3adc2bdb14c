// The lock that says whether anybody is still there.

import TestSupport
import Testing

@testable import Loop

@Suite struct FileLockTests {
    @Test("a lock is had once, and again when its holder is gone")
    func exclusive() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        let refusedMeanwhile = try holding(path) { _ in try !canTake(path) }
        #expect(refusedMeanwhile)
        // Not at once: children that other tests start just now have the descriptor until they are another program.
        try await onRealLoop { loop in
            #expect(await eventually(on: loop) { (try? canTake(path)) == true })
        }
    }

    @Test("a child that was given the lock holds it until it has ended, though the parent let go")
    func inherited() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/lock"
        try await onRealLoop { loop in
            let child = try holding(path) { descriptor in
                try ChildProcess("sleep", arguments: ["1000"], log: folder.path + "/log", keeping: descriptor)
            }
            #expect(try !canTake(path))
            child.killNow()
            #expect(await eventually(on: loop) { child.poll() != nil })
            #expect(await eventually(on: loop) { (try? canTake(path)) == true })
        }
    }
}

private struct Held: Error {}

private func holding<Result>(_ path: String, _ body: (_ descriptor: Int32) throws -> Result) throws -> Result {
    guard let lock = try FileLock.take(path) else { throw Held() }
    return try body(lock.descriptor)
}

private func canTake(_ path: String) throws -> Bool {
    do {
        return try holding(path) { _ in true }
    } catch is Held {
        return false
    }
}
