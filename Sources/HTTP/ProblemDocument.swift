// The body of an error (RFC 9457). `code` is Weir's stable name for the problem and what clients branch on; `type` is left out,
// which means that the title is the status' own phrase.

import Codec

package struct ProblemDocument: Equatable, Sendable {
    package var status: HTTPStatus
    package var code: String
    /// What is wrong with this request, for a person.
    package var detail: String

    package init(_ status: HTTPStatus, code: String, detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    package init(_ fault: HTTPFault) {
        self.init(fault.status, code: fault.code, detail: fault.message)
    }

    package var response: Response {
        var json = JSONWriter()
        json.beginObject()
        json.key("title")
        json.string(status.reason)
        json.key("status")
        json.number(status.code)
        json.key("code")
        json.string(code)
        json.key("detail")
        json.string(detail)
        json.endObject()
        return Response(status, .problem, json.bytes)
    }
}
