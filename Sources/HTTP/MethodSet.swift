// Which methods a path answers: the `Allow` field of a 405.

package struct MethodSet: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    package init(_ method: HTTPMethod) {
        rawValue = 1 << UInt16(method.rawValue)
    }

    /// `GET, HEAD, POST`
    package var text: String {
        HTTPMethod.allCases.filter { $0 != .other && contains(MethodSet($0)) }.map(\.name).joined(separator: ", ")
    }
}
