// Passwords at rest: bcrypt, by libcrypt. It is slow on purpose (cost 12: some 200 ms), so it never runs on a loop's thread.

import CCrypt

package enum Bcrypt {
    /// bcrypt looks at no byte behind these; a longer password is refused rather than cut.
    package static let passwordBytesMax = 72
    /// 2^12 rounds: OWASP asks for at least 10, and a sign-in may take a fraction of a second.
    package static let costDefault = 12

    /// Whether bcrypt would see all of the password: it ends at a zero byte.
    package static func takes(_ password: Span<UInt8>) -> Bool {
        guard password.count <= passwordBytesMax else { return false }
        for index in password.indices where password[index] == 0 { return false }
        return true
    }

    /// The hash with its cost and salt: `$2b$12$…`, 60 characters.
    package static func hash(
        _ password: Span<UInt8>, cost: Int = costDefault, salt: InlineArray<16, UInt8>
    ) throws(CryptoError) -> String {
        precondition((4...31).contains(cost), "a cost of bcrypt is 4 to 31")
        var setting = [CChar](repeating: 0, count: Int(crypt_setting_size))
        let made = unsafe salt.span.withUnsafeBytes { salt in
            unsafe setting.withUnsafeMutableBufferPointer { setting in
                unsafe crypt_gensalt_rn(
                    "$2b$", CUnsignedLong(cost), salt.baseAddress?.assumingMemoryBound(to: CChar.self),
                    CInt(salt.count), setting.baseAddress, CInt(setting.count)) != nil
            }
        }
        guard made, let hash = crypt(password, setting) else {
            throw .unavailable(algorithm: "bcrypt", reason: "libcrypt refused it")
        }
        return String(decoding: hash, as: UTF8.self)
    }

    /// Whether this is the password of that hash. A hash that is none is nobody's.
    package static func verify(_ password: Span<UInt8>, against hash: String) -> Bool {
        // crypt knows older algorithms too, and fails with a text that is no hash.
        guard takes(password), hash.utf8.count == 60, hash.hasPrefix("$2b$"), !hash.utf8.contains(0) else {
            return false
        }
        guard let computed = crypt(password, hash.utf8.map { CChar(bitPattern: $0) } + [0]) else { return false }
        return constantTimeEqual(computed.span, hash.utf8.span)
    }

    /// - Parameter setting: ends with zero.
    private static func crypt(_ password: Span<UInt8>, _ setting: [CChar]) -> [UInt8]? {
        guard takes(password) else { return nil }
        var phrase = unsafe password.withUnsafeBufferPointer { unsafe $0.map { CChar(bitPattern: $0) } } + [0]
        defer { wipe(&phrase) }
        // Zeroed: libcrypt reads flags in it. What it leaves there of the password is overwritten before the memory goes.
        var work = [UInt8](repeating: 0, count: Int(crypt_work_size))
        let result = unsafe work.withUnsafeMutableBytes { work -> [UInt8]? in
            guard let text = unsafe crypt_rn(phrase, setting, work.baseAddress, CInt(work.count)) else { return nil }
            return unsafe Array(String(cString: text).utf8)
        }
        wipe(&work)
        return result
    }
}
