// What a configuration takes from outside its file: environment variables and the files of secrets. Given as values and
// closures, so that a test needs neither.

package struct Surroundings: Sendable {
    package let variables: [String: String]
    package let secretFile: @Sendable (String) throws(SecretFile.Fault) -> SecretFile

    package init(
        variables: [String: String],
        secretFile: @escaping @Sendable (String) throws(SecretFile.Fault) -> SecretFile
    ) {
        self.variables = variables
        self.secretFile = secretFile
    }
}
