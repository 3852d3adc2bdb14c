// Why a secret that a file names could not be had. Every message names the variable or the path, and never the value.

package enum SecretFault: Error, Equatable, Sendable, CustomStringConvertible {
    case variableMissing(String)
    case variableEmpty(String)
    case file(path: String, SecretFile.Fault)
    case fileEmpty(path: String)
    /// Bytes that are not UTF-8 are a key in some other form.
    case notText(path: String)

    package var description: String {
        switch self {
        case .variableMissing(let name): "the environment has no variable \(name)"
        case .variableEmpty(let name): "the environment's variable \(name) is empty"
        case .file(let path, let fault): "cannot read the secret in \(path): \(fault)"
        case .fileEmpty(let path): "the secret file \(path) is empty"
        case .notText(let path): "the secret file \(path) is not text"
        }
    }
}
