// An object of one loop, named from another: the rare crossing between loops.

/// Holds a value that is made, used and dropped on its loop only; the check is made at each access.
package final class LoopLocal<Value>: @unchecked Sendable {
    package let loop: EventLoop
    private var held: Value?

    package init(on loop: EventLoop) { self.loop = loop }

    /// On the loop only.
    package var value: Value? {
        get {
            loop.assertCurrent()
            return held
        }
        set {
            loop.assertCurrent()
            held = newValue
        }
    }
}
