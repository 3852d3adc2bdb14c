// The table of endpoints as API.md, so that the page cannot disagree with the code: its test compares and rewrites it.

import HTTP
import Identity

enum APIPage {
    /// Also the description in the OpenAPI document.
    static let conventions = """
        Names are in snake_case, times are RFC 3339 in UTC with milliseconds. Errors are problem documents (RFC 9457): clients go by \
        `code`; `errors` lists everything that is wrong with body and query at once. Lists take `page` and `size` and answer \
        `total`. An object of another tenant is answered with 404, as if it did not exist. A POST may carry an `Idempotency-Key`: for 24 \
        hours the same key with the same request gets the same answer, with `Idempotency-Replayed: true`, and is not done again; \
        what failed is not kept. An update may carry `If-Match` with the `ETag` it was made from; without it the last one wins. \
        `X-Request-Id` is taken from the request, if it has 1 to 128 of letters, digits and `-_.:`, and answered; logs and the audit \
        log have it. Bodies are JSON in UTF-8 without duplicate keys; members and parameters that are not known are refused. No answer \
        but this description may be cached, and no other origin's pages may read any (there is no CORS).
        """

    static func markdown(of endpoints: [Endpoint]) -> String {
        var page = """
            # The API

            \(conventions)

            This page is written from the table of endpoints (`Sources/API/Endpoints`): \
            `WEIR_GOLDEN=rewrite swift test --filter APITests`. The same as OpenAPI 3.1: `GET /api/openapi.json`.

            ## Endpoints and roles

            A role with a tenant (all but `platform-admin`, and `operator` and `viewer` of the platform) reaches that tenant only. An API key \
            has a role too, narrowed by its scopes.

            | endpoint | permission | \(Role.allCases.map { "`\($0.rawValue)`" }.joined(separator: " | ")) |
            | --- | --- | \(Role.allCases.map { _ in "---" }.joined(separator: " | ")) |

            """
        for endpoint in endpoints {
            let permission = endpoint.access.permission
            let roles = Role.allCases.map { role in
                guard let permission else { return "yes" }
                guard role.permissions.contains(permission), endpoint.scope != .platform || role.fits(tenant: nil)
                else {
                    return "–"
                }
                return endpoint.scope == .platform && role.fits(tenant: "any") ? "of the platform" : "yes"
            }
            let needed = permission.map { "`\($0.rawValue)`" } ?? (endpoint.access.isOpen ? "none, open" : "none")
            page += "| `\(endpoint.title)` | \(needed) | \(roles.joined(separator: " | ")) |\n"
        }
        for tag in OpenAPI.tags(of: endpoints) {
            page += "\n## \(tag)\n"
            for endpoint in endpoints where endpoint.tag == tag { page += section(endpoint) }
        }
        page += "\n## Objects\n"
        for object in objects(of: endpoints) { page += section(object) }
        page += "\n## Problems\n\n| status | code | meaning |\n| --- | --- | --- |\n"
        var codes = Set(endpoints.flatMap(\.problems))
        codes.insert(.methodNotAllowed)
        for code in codes.sorted(by: { ($0.status.code, $0.name) < ($1.status.code, $1.name) }) {
            page += "| \(code.status.code) | `\(code.name)` | \(code.meaning) |\n"
        }
        return page
    }

    private static func section(_ endpoint: Endpoint) -> String {
        var text = "\n### \(endpoint.summary)\n\n`\(endpoint.title)`. \(endpoint.accessText)\n"
        for parameter in endpoint.parameters {
            let needed = parameter.place == .query && parameter.isRequired ? ", required" : ""
            text +=
                "- `\(parameter.name)` (\(parameter.place.rawValue)\(needed)): \(parameter.schema.words). \(parameter.meaning)\n"
        }
        if let body = endpoint.body { text += "- body: \(body.link)\n" }
        for answer in endpoint.answers {
            let content =
                switch answer.content {
                case .none: ""
                case .object(let object): ", \(object.link)"
                case .anyObject: ", an object"
                case .text(let type): ", `\(type.text)`"
                }
            text += "- \(answer.status.code)\(content): \(answer.meaning)\n"
        }
        if !endpoint.ownProblems.isEmpty {
            text += "- problems of its own: \(endpoint.ownProblems.map { "`\($0.name)`" }.joined(separator: ", "))\n"
        }
        return text
    }

    private static func section(_ object: ObjectSchema) -> String {
        var text =
            "\n### \(object.name ?? "")\n\n\(object.meaning)\n\n| member | what | meaning |\n| --- | --- | --- |\n"
        for member in object.members {
            let words =
                member.schema.words + (member.isNullable ? ", or null" : "")
                + (member.isRequired ? "" : "; may be left out")
            text += "| `\(member.name)` | \(words) | \(member.meaning) |\n"
        }
        return text
    }

    private static func objects(of endpoints: [Endpoint]) -> [ObjectSchema] {
        var found: [String: ObjectSchema] = [:]
        func add(_ schema: Schema) {
            switch schema {
            case .object(let object):
                if let name = object.name { found[name] = object }
                for member in object.members { add(member.schema) }
            case .array(let element, _): add(element)
            case .boolean, .integer, .text, .time, .choice, .anyObject: break
            }
        }
        for endpoint in endpoints {
            if let body = endpoint.body { add(.object(body)) }
            for answer in endpoint.answers {
                if case .object(let object) = answer.content { add(.object(object)) }
            }
        }
        add(.object(SchemaCollection.problem))
        return found.values.sorted { ($0.name ?? "") < ($1.name ?? "") }
    }
}

extension Endpoint {
    fileprivate var title: String { "\(method.name) \(path)" }
}

extension ObjectSchema {
    fileprivate var link: String { name.map { "[\($0)](#\($0.lowercased()))" } ?? "an object" }
}

extension Schema {
    fileprivate var words: String {
        switch self {
        case .boolean: "true or false"
        case .integer(let range) where range.upperBound == Int64.max: "integer from \(range.lowerBound)"
        case .integer(let range): "integer from \(range.lowerBound) to \(range.upperBound)"
        case .text(let form, let lengths) where lengths.lowerBound == lengths.upperBound: form.description
        case .text(let form, let lengths):
            "\(form.description), \(lengths.lowerBound) to \(lengths.upperBound) characters"
        case .time: "time"
        case .choice(let choices): choices.map { "`\($0)`" }.joined(separator: ", ")
        case .array(let element, _): "array of: \(element.words)"
        case .object(let object): object.link
        case .anyObject: "any object"
        }
    }
}
