// What a handler answers: plain values. How the connection goes on is not the handler's business, so framing is not in here.

package struct Response: Equatable, Sendable {
    package var status: HTTPStatus
    package var fields: FieldBlock
    package var body: [UInt8]

    package init(_ status: HTTPStatus, fields: FieldBlock = FieldBlock(), body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    package init(_ status: HTTPStatus, _ type: ContentType, _ body: [UInt8]) {
        var fields = FieldBlock()
        fields.add(type)
        self.init(status, fields: fields, body: body)
    }
}
