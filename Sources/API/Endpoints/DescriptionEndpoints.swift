// The description of the API itself, written from the table that routes it.

import HTTP

enum DescriptionEndpoints {
    static let all = [
        Endpoint(
            .get, "/api/openapi.json", "getDescription", "Show this description of the API",
            action: "description.read", answers: [.ok(.anyObject, "An OpenAPI 3.1 document.")],
            .plain { _ in
                var reply = Reply(.ok, .json, OpenAPI.document)
                reply.isCacheable = true
                return reply
            })
    ]
}
