// A parameter of a path or a query.

package struct Parameter: Sendable {
    package enum Place: String, Sendable {
        case path, query
    }

    package let place: Place
    package let name: String
    package let schema: Schema
    package let meaning: String
    package let isRequired: Bool

    package static func path(_ name: String, _ meaning: String) -> Parameter {
        path(name, .text(.id, 36...36), meaning)
    }

    package static func path(_ name: String, _ schema: Schema, _ meaning: String) -> Parameter {
        Parameter(place: .path, name: name, schema: schema, meaning: meaning, isRequired: true)
    }

    package static func query(
        _ name: String, _ schema: Schema, _ meaning: String, isRequired: Bool = false
    ) -> Parameter {
        Parameter(place: .query, name: name, schema: schema, meaning: meaning, isRequired: isRequired)
    }
}

/// The parameters of every list.
package enum PageQuery {
    /// The last page is far beyond any list and far from an overflow.
    package static let pages: ClosedRange<Int64> = 1...1_000_000
    package static let sizes: ClosedRange<Int64> = 1...100
    package static let sizeDefault = 20

    package static let parameters: [Parameter] = [
        .query("page", .integer(pages), "The number of the page, from 1; 1 unless given."),
        .query("size", .integer(sizes), "How many a page has at most; \(sizeDefault) unless given."),
    ]
}
