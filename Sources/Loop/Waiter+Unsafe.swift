// The one place of the tree that handles continuations. Checked continuations would cost an allocation per wait; this type
// gives the same guarantee by construction, since a continuation is taken out before it is resumed.

/// Holds at most one suspended task of a loop.
@safe
struct Waiter {
    private var continuation: UnsafeContinuation<Wake, Never>?

    /// Wakes the waiting task, if there is one.
    mutating func wake(_ wake: Wake) -> Bool {
        guard let waiting = unsafe continuation.take() else { return false }
        unsafe waiting.resume(returning: wake)
        return true
    }

    /// Suspends the current task until `wake`. `hold` gives access to the stored property that this waiter is, as it may not
    /// be borrowed while the task is suspended. Only one task may wait at a time.
    static func suspend(in hold: (_ body: (inout Waiter) -> Void) -> Void) async -> Wake {
        await unsafe withUnsafeContinuation { continuation in
            hold { waiter in
                precondition(unsafe waiter.continuation == nil, "two tasks wait at one place")
                unsafe waiter.continuation = continuation
            }
        }
    }
}
