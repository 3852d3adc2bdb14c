import Crypto
import Testing

@testable import WeCom

@Suite struct EnvelopeFaultTests {
    @Test("labels are a closed list with the vendor's codes")
    func labels() {
        let table = EnvelopeFault.Reason.allCases.map { "\($0.rawValue) \($0.code)" }
        #expect(
            table == [
                "key -40004", "body -40002", "digest -40003", "signature -40001", "base64 -40010", "ciphertext -40007",
                "padding -40008", "length -40008", "receiveid -40005", "encrypt -40006", "reply -40011",
            ])
    }

    @Test("a stranger's bytes cannot play with the terminal or flood the log")
    func quoting() {
        let bytes = Array("\u{1b}[2J\n\u{202e}".utf8) + [0xff] + [UInt8](repeating: 0x61, count: 500)
        let fault = EnvelopeFault.receiveIDMismatch(received: Quoted.Excerpt(bytes[...]), accepted: .none)
        #expect(fault.description.hasPrefix("the receiveid is '\\u{1B}[2J\\n\\u{202E}\u{fffd}aaa"))
        #expect(fault.description.hasSuffix("… (509 bytes), accepted is none (empty)"))
        #expect(fault.description.utf8.count < 200)
    }
}
