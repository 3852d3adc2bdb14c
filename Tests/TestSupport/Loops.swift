// Tests that run as a task of a loop.

package import Loop

/// Runs `body` as a task of a fresh loop in virtual time and returns when it has ended.
package func onVirtualLoop(_ body: @escaping @Sendable (EventLoop) async throws -> Void) async throws {
    try await on(EventLoop(clock: .virtual(startMilliseconds: 1_700_000_000_000)), body)
}

/// Runs `body` as a task of a fresh loop in real time: for sockets.
package func onRealLoop(_ body: @escaping @Sendable (EventLoop) async throws -> Void) async throws {
    try await on(EventLoop(), body)
}

private func on(_ loop: EventLoop, _ body: @escaping @Sendable (EventLoop) async throws -> Void) async throws {
    loop.start(named: "test-loop")
    defer { loop.stop() }
    let failure = await loop.submit { () -> (any Error)? in
        do { try await body(loop) } catch { return error }
        return nil
    }.value
    if let failure { throw failure }
}
