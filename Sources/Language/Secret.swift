// Where a secret comes from. The file names the place, the value is fetched when it is needed, so that checking a file needs no
// secrets and printing one shows none.

package enum Secret: Hashable, Sendable {
    case environment(String)
    case file(path: String)
    case inline(String)

    /// What may be shown: the place, never the value.
    package var shown: String {
        switch self {
        case .environment(let name): "env:\(name)"
        case .file(let path): "file:\(path)"
        case .inline: "(given in the file)"
        }
    }
}
