// Problems and replies as they go over the wire.

import HTTP

extension Problem {
    var response: Response {
        var response = ProblemDocument(code.status, code: code.name, detail: detail, errors: errors).response
        if let retryAfter { response.fields.add(.retryAfter, seconds: retryAfter) }
        // RFC 9110, 11.6.1: a 401 names the schemes that would do.
        if code.status == .unauthorized { response.fields.append(contentsOf: Self.challenge) }
        return response
    }

    private static let challenge = FieldBlock([
        "www-authenticate": "Bearer realm=\"weir\", Weir-HMAC-SHA256 realm=\"weir\""
    ])
}

extension Reply {
    private static let replayed = FieldBlock(["idempotency-replayed": "true"])

    var response: Response {
        var response = Response(status, body: body)
        if let type { response.fields.add(type) }
        if let version { response.fields.set(.etag, VersionCondition.tag(version)) }
        if let location { response.fields.set(.location, location) }
        if isReplayed { response.fields.append(contentsOf: Self.replayed) }
        return response
    }
}
