// The OpenAPI 3.1 document, written from the table of endpoints.

import Codec
import HTTP

enum OpenAPI {
    static let document: [UInt8] = JSONValue.object([.init("openapi", "3.1.1")]).bytes
}
