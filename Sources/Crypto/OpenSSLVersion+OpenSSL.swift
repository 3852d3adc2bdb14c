// Which OpenSSL does the work, for `weir version --verbose`.

import COpenSSL

package enum OpenSSLVersion {
    /// Of the library that is loaded, such as `OpenSSL 3.0.15 3 Sep 2024`.
    package static var text: String {
        // Static memory of the library's.
        guard let text = unsafe OpenSSL_version(OPENSSL_VERSION) else { return "OpenSSL" }
        return unsafe String(cString: text)
    }
}
