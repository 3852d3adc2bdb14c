// Fetches the value of a secret that weir.conf or a rule names: `env:NAME`, `file:PATH`, or given in the file.

package import Language
package import Telemetry

extension Surroundings {
    /// A fetched secret, and whether the whole host could have fetched it too.
    package struct FetchedSecret: Sendable {
        package let text: Masked<String>
        package let isWorldReadable: Bool
    }

    package func fetch(_ secret: Secret) throws(SecretFault) -> FetchedSecret {
        switch secret {
        case .inline(let value):
            return FetchedSecret(text: Masked(value), isWorldReadable: false)
        case .environment(let name):
            guard let value = variables[name] else { throw .variableMissing(name) }
            guard !value.isEmpty else { throw .variableEmpty(name) }
            return FetchedSecret(text: Masked(value), isWorldReadable: false)
        case .file(let path):
            return try fetch(fromFile: path)
        }
    }

    private func fetch(fromFile path: String) throws(SecretFault) -> FetchedSecret {
        let file: SecretFile
        do throws(SecretFile.Fault) {
            file = try secretFile(path)
        } catch {
            throw .file(path: path, error)
        }
        guard var text = String(validating: file.bytes, as: UTF8.self) else { throw .notText(path: path) }
        // Editors and `echo` end a file with a line end that is not part of the secret.
        while text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else { throw .fileEmpty(path: path) }
        return FetchedSecret(text: Masked(text), isWorldReadable: file.isWorldReadable)
    }
}
