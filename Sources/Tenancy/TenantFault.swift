// Why a tenant could not be had or changed.

package import Records

package enum TenantFault: Error, Equatable, CustomStringConvertible {
    case notFound
    /// Somebody changed it meanwhile.
    case versionMismatch(current: Int64)
    case codeTaken
    case invalid([TenantProblem])
    /// It has a block in weir.conf, which would bring it back.
    case configured
    /// It may not send.
    case suspended
    case store(StoreFault)

    init(_ fault: StoreFault) {
        self =
            switch fault {
            case .notFound: .notFound
            case .versionMismatch(let current): .versionMismatch(current: current)
            case .nameTaken(TenantRecord.codeField): .codeTaken
            case .nameTaken, .unavailable, .unreadable: .store(fault)
            }
    }

    package var description: String {
        switch self {
        case .notFound: "there is no such tenant"
        case .versionMismatch(let current): "the tenant was changed meanwhile, its version is \(current) now"
        case .codeTaken: "another tenant has this tenant_code"
        case .invalid(let problems): problems.map { "\($0.field): \($0.detail)" }.joined(separator: "; ")
        case .configured: "the tenant has a block in weir.conf; take it out there and reload, then delete it"
        case .suspended: "the tenant is suspended: what comes in is kept, nothing is sent"
        case .store(let fault): "\(fault)"
        }
    }
}
