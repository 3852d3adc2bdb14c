// Passwords: what may be one, and their hashes, which other threads compute.

package import Crypto
package import Loop

package enum PasswordFault: Error, Equatable, Sendable, CustomStringConvertible {
    case tooShort
    case tooLong
    case hasZeroByte
    case holdsUsername

    package var description: String {
        switch self {
        case .tooShort: "A password has at least \(Passwords.bytesMin) bytes"
        case .tooLong: "A password has at most \(Bcrypt.passwordBytesMax) bytes of UTF-8: bcrypt sees no more"
        case .hasZeroByte: "A password has no zero byte: bcrypt sees nothing behind it"
        case .holdsUsername: "A password does not contain the username"
        }
    }
}

/// Belongs to one loop.
package final class Passwords {
    /// NIST SP 800-63B asks for 8; length is what counts, so no rule about kinds of characters.
    package static let bytesMin = 10
    /// Who waits longer for a hash than this many others take is told to come again.
    private static let waitingMax = 32

    private let workshop: Workshop
    private let cost: Int
    private var random: RandomSource

    package init(on loop: EventLoop, cost: Int = Bcrypt.costDefault, random: RandomSource) {
        // One at a time, behind traffic: a flood of sign-ins delays sign-ins.
        workshop = Workshop(on: loop, threadsMax: 1, waitingMax: Self.waitingMax)
        self.cost = cost
        self.random = random
    }

    package static func check(_ password: String, username: String) -> PasswordFault? {
        let count = password.utf8.count
        if count < bytesMin { return .tooShort }
        if count > Bcrypt.passwordBytesMax { return .tooLong }
        if password.utf8.contains(0) { return .hasZeroByte }
        if password.lowercased().contains(username) { return .holdsUsername }
        return nil
    }

    /// nil: too many wait already.
    func verify(_ password: String, against hash: String?) async -> Bool? {
        let nobody = setting + String(repeating: ".", count: 22 + 31)
        let isFull = hash?.hasPrefix(setting) == true
        return await workshop.run {
            // Who does not exist, or has a one-time password, costs as much as everybody else, or the time would tell.
            if !isFull { _ = Bcrypt.verify(password.utf8.span, against: nobody) }
            return hash.map { Bcrypt.verify(password.utf8.span, against: $0) } ?? false
        }
    }

    /// nil: too many wait already.
    func hash(_ password: String) async -> Result<String, CryptoError>? {
        let salt: InlineArray<16, UInt8> = random.bytes()
        let cost = cost
        return await workshop.run {
            Result { () throws(CryptoError) in try Bcrypt.hash(password.utf8.span, cost: cost, salt: salt) }
        }
    }

    /// What hashes of this cost begin with.
    private var setting: String { "$2b$" + (cost < 10 ? "0\(cost)$" : "\(cost)$") }

    /// A password of Weir's own, with its hash. Nobody guesses 100 random bits, so the hash need not be slow: a start does not
    /// wait for it.
    func oneTime() throws(CryptoError) -> (password: String, hash: String) {
        let password = words()
        return (password, try Bcrypt.hash(password.utf8.span, cost: 4, salt: random.bytes()))
    }

    /// Twenty characters that nobody confuses.
    private func words() -> String {
        let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")
        var text = ""
        for index in 0..<20 {
            if index > 0, index % 5 == 0 { text += "-" }
            text.append(alphabet[Int(truncatingIfNeeded: random.next() & 31)])
        }
        return text
    }
}
