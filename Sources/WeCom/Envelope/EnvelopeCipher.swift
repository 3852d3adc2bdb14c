// Opens and seals envelopes. It owns the OpenSSL contexts, which cost more to make than to use: each loop's callback
// handler keeps one cipher for all sources, whose keys it is given call by call.

package import Crypto

package struct EnvelopeCipher: ~Copyable {
    var sha1: SHA1
    var aes: AES256CBC

    package init() throws(CryptoError) {
        let sha1 = try SHA1()
        let aes = try AES256CBC()
        self.sha1 = sha1
        self.aes = aes
    }
}
