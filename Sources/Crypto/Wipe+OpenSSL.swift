// Overwrites what must not stay in memory, by a call that a compiler may not drop as useless.

import COpenSSL

/// Zeroes the array's own storage; copies made before keep theirs.
func wipe<Byte: BitwiseCopyable>(_ bytes: inout [Byte]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
}
