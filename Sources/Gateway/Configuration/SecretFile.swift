// The content of a file that a setting names with `file:`, as Docker and Kubernetes mount secrets.

package struct SecretFile: Sendable {
    package let bytes: [UInt8]
    /// Whether every user of the host may read it.
    package let isWorldReadable: Bool

    package init(bytes: [UInt8], isWorldReadable: Bool) {
        self.bytes = bytes
        self.isWorldReadable = isWorldReadable
    }

    /// Larger files are no secrets but mistakes.
    package static let byteCountMax = 16 << 10

    package enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
        /// The system refused; the text is its reason.
        case unreadable(reason: String)
        case tooLarge

        package var description: String {
            switch self {
            case .unreadable(let reason): reason
            case .tooLarge: "it is larger than \(SecretFile.byteCountMax / 1024) KB"
            }
        }
    }
}
