// The OpenAPI 3.1 document, written from the table of endpoints: what is documented is what is checked.

import Codec
import HTTP
import Identity

enum OpenAPI {
    /// Written once; it is the same until the program is another.
    static let document: [UInt8] = document(of: EndpointTable.all).bytes

    static func document(of endpoints: [Endpoint]) -> JSONValue {
        [
            "openapi": "3.1.1",
            "info": [
                "title": "Weir", "version": "1",
                "summary": "Tenants, users and keys of a Weir, what they may use, and the rules that run.",
                "description": .string(APIPage.conventions),
                "license": ["name": "MIT", "identifier": "MIT"],
            ],
            "servers": [["url": "/", "description": "The API listener of this Weir."]],
            "tags": .array(tags(of: endpoints).map { ["name": .string($0)] }),
            "paths": paths(of: endpoints),
            "components": [
                "schemas": .object(SchemaCollection(endpoints).members),
                "responses": .object(problemResponses(of: endpoints)),
                "headers": headers,
                "securitySchemes": [
                    "access_token": [
                        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                        "description": "The access token of a sign-in; good for two hours.",
                    ],
                    "signed_request": [
                        "type": "apiKey", "in": "header", "name": "Authorization",
                        "description":
                            "Weir-HMAC-SHA256 key=ID, timestamp=UNIX, nonce=TEXT, signature=HEX, by an API key.",
                    ],
                ],
            ],
        ]
    }

    static func tags(of endpoints: [Endpoint]) -> [String] {
        endpoints.reduce(into: []) { if !$0.contains($1.tag) { $0.append($1.tag) } }
    }

    private static func paths(of endpoints: [Endpoint]) -> JSONValue {
        var paths: [(path: String, operations: [JSONValue.Member])] = []
        for endpoint in endpoints {
            let operation = JSONValue.Member(endpoint.method.name.lowercased(), operation(endpoint))
            if let index = paths.firstIndex(where: { $0.path == endpoint.path }) {
                paths[index].operations.append(operation)
            } else {
                paths.append((endpoint.path, [operation]))
            }
        }
        return .object(paths.map { .init($0.path, .object($0.operations)) })
    }

    private static func operation(_ endpoint: Endpoint) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("operationId", .string(endpoint.operation)), .init("summary", .string(endpoint.summary)),
            .init("description", .string(endpoint.accessText)), .init("tags", [.string(endpoint.tag)]),
        ]
        let parameters = endpoint.parameters.map(parameter) + headerParameters(of: endpoint)
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let body = endpoint.body {
            members.append(
                .init(
                    "requestBody", ["required": true, "content": ["application/json": ["schema": body.reference]]]))
        }
        members.append(.init("responses", .object(responses(of: endpoint))))
        members.append(
            .init("security", endpoint.access.isOpen ? [] : [["access_token": []], ["signed_request": []]]))
        return .object(members)
    }

    private static func parameter(_ parameter: Parameter) -> JSONValue {
        [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.isRequired), "description": .string(parameter.meaning),
            "schema": parameter.schema.json,
        ]
    }

    private static func headerParameters(of endpoint: Endpoint) -> [JSONValue] {
        switch endpoint.method {
        case .post:
            guard endpoint.isIdempotencyKept else { return [] }
            return [
                [
                    "name": "Idempotency-Key", "in": "header", "required": false,
                    "description": "The same for each repetition of one request; the answer is kept for 24 hours.",
                    "schema": ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"],
                ]
            ]
        case .put, .patch, .delete:
            return [
                [
                    "name": "If-Match", "in": "header", "required": false,
                    "description": "The ETag that the object must still have.",
                    // Any ETag is one (RFC 9110, 8.8.3); those that are not Weir's match nothing.
                    "schema": [
                        "type": "string", "examples": ["\"3\""],
                        "pattern": #"^(\*|(W/)?"[^",]*"([ \t]*,[ \t]*(W/)?"[^",]*")*)$"#,
                    ],
                ]
            ]
        default: return []
        }
    }

    private static func responses(of endpoint: Endpoint) -> [JSONValue.Member] {
        var responses: [(status: Int, response: JSONValue)] = endpoint.answers.map { answer in
            (answer.status.code, response(answer, of: endpoint))
        }
        for (status, codes) in endpoint.problemsByStatus {
            responses.append((status.code, ["$ref": .string("#/components/responses/" + responseName(codes))]))
        }
        return responses.sorted { $0.status < $1.status }.map { .init(String($0.status), $0.response) }
    }

    private static func response(_ answer: AnswerForm, of endpoint: Endpoint) -> JSONValue {
        var names = ["X-Request-Id"]
        if answer.hasVersion { names.append("ETag") }
        if answer.hasLocation { names.append("Location") }
        if endpoint.isIdempotencyKept { names.append("Idempotency-Replayed") }
        var members: [JSONValue.Member] = [
            .init("description", .string(answer.meaning)), .init("headers", headerReferences(names)),
        ]
        switch answer.content {
        case .none: break
        case .object(let object):
            members.append(.init("content", ["application/json": ["schema": object.reference]]))
        case .anyObject:
            members.append(.init("content", ["application/json": ["schema": ["type": "object"]]]))
        case .text(let type):
            members.append(.init("content", .object([.init(type.text, ["schema": ["type": "string"]])])))
        }
        return .object(members)
    }

    // MARK: Problems

    /// One for each set of codes that some endpoint has for a status.
    private static func problemResponses(of endpoints: [Endpoint]) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        for endpoint in endpoints {
            for (status, codes) in endpoint.problemsByStatus {
                let name = responseName(codes)
                guard !members.contains(where: { $0.key == name }) else { continue }
                members.append(.init(name, problemResponse(status, codes)))
            }
        }
        return members.sorted { $0.key < $1.key }
    }

    private static func responseName(_ codes: [ProblemCode]) -> String {
        codes.map(\.name).joined(separator: "-")
    }

    private static func problemResponse(_ status: HTTPStatus, _ codes: [ProblemCode]) -> JSONValue {
        var names = ["X-Request-Id"]
        if status == .unauthorized { names.append("WWW-Authenticate") }
        if status == .tooManyRequests || status == .serviceUnavailable { names.append("Retry-After") }
        let examples = codes.map { code in
            JSONValue.Member(
                code.name,
                [
                    "summary": .string(code.meaning),
                    "value": [
                        "title": .string(status.reason), "status": .number(JSONNumber(status.code)),
                        "code": .string(code.name), "detail": .string(code.meaning),
                    ],
                ])
        }
        return [
            "description": .string(codes.map { "`\($0.name)`: \($0.meaning)" }.joined(separator: " ")),
            "headers": headerReferences(names),
            "content": [
                "application/problem+json": [
                    "schema": ["$ref": "#/components/schemas/Problem"], "examples": .object(examples),
                ]
            ],
        ]
    }

    // MARK: Header fields

    private static func headerReferences(_ names: [String]) -> JSONValue {
        .object(names.map { .init($0, ["$ref": .string("#/components/headers/" + $0)]) })
    }

    private static let headers: JSONValue = [
        "X-Request-Id": header("The request in Weir's logs: the caller's own, or one made for it."),
        "ETag": header("The version of the object; If-Match takes it."),
        "Location": header("The path of what was made."),
        "Idempotency-Replayed": header("`true` if this is the answer to an earlier request with the same key."),
        "WWW-Authenticate": header("The ways to authenticate."),
        "Retry-After": header("Seconds after which to come again."),
    ]

    private static func header(_ meaning: String) -> JSONValue {
        ["description": .string(meaning), "schema": ["type": "string"]]
    }
}

extension Endpoint {
    /// The resource: what follows the version in the path.
    var tag: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[2]) : "description"
    }

    /// Whether an Idempotency-Key means something here.
    var isIdempotencyKept: Bool {
        if case .plain = access { return false }
        return method == .post && !isQuestion
    }

    var problemsByStatus: [(status: HTTPStatus, codes: [ProblemCode])] {
        problems.reduce(into: []) { groups, code in
            if groups.last?.status == code.status {
                groups[groups.count - 1].codes.append(code)
            } else {
                groups.append((code.status, [code]))
            }
        }
    }

    /// Who may use it, for people.
    var accessText: String {
        switch access {
        case .plain, .open: "Everybody may use it, without credentials."
        case .signedIn: "Whoever has credentials may use it."
        case .needs(let permission, _):
            "Needs the permission `\(permission.rawValue)`"
                + (scope == .platform ? " of the platform's users and keys." : ".")
        }
    }
}
