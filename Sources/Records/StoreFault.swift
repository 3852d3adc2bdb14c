// Why a record could not be had or changed. Callers decide by case: each is another answer of the API.

package import Redis

package enum StoreFault: Error, Equatable, CustomStringConvertible {
    case notFound
    /// The record was changed meanwhile.
    case versionMismatch(current: Int64)
    /// Another record of the kind has this value in the field.
    case nameTaken(field: String)
    /// Redis cannot be reached or refused. After `.interrupted` the change may have taken place.
    case unavailable(RedisError)
    /// What stands in Redis is no record of the kind; nothing was changed.
    case unreadable(kind: String, id: String)

    package var description: String {
        switch self {
        case .notFound: "there is no such record"
        case .versionMismatch(let current): "the record was changed meanwhile, its version is \(current) now"
        case .nameTaken(let field): "another record has this \(field)"
        case .unavailable(let error): "\(error)"
        case .unreadable(let kind, let id): "the record of \(kind) \(id) in Redis is damaged; restore it from a backup"
        }
    }
}
