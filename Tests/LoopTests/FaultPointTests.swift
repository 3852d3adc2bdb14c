// The instants at which a test ends the process.

import Glibc
import Testing

@testable import Loop

@Suite struct FaultPointTests {
    @Test("the process ends at the pass that was asked for, as by kill -9, and nothing runs after it")
    func ends() async {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            precondition(FaultPoint.arm("callback.appended:2"))
            FaultPoint.callbackAppended.pass()
            FaultPoint.callbackAppended.pass()
            exit(0)
        }
    }

    @Test("other points, and earlier passes of the armed one, change nothing")
    func goesOn() async {
        await #expect(processExitsWith: .success) {
            precondition(FaultPoint.arm("callback.appended:2"))
            FaultPoint.callbackOpened.pass()
            FaultPoint.callbackOpened.pass()
            FaultPoint.callbackAppended.pass()
        }
    }

    @Test(
        "what names no point arms none",
        arguments: ["", "callback", "callback.Appended", "callback.appended:", "callback.appended:0", ":1", "1"])
    func unknown(_ text: String) {
        #expect(!FaultPoint.arm(text))
        #expect(!FaultPoint.isArmed)
    }
}
