// The body of an error (RFC 9457). `code` is Weir's stable name for the problem and what clients branch on; `type` is left out,
// which means that the title is the status' own phrase.

import Codec

package struct ProblemDocument: Equatable, Sendable {
    package var status: HTTPStatus
    package var code: String
    /// What is wrong with this request, for a person.
    package var detail: String
    /// Everything that is wrong with what was sent, member by member.
    package var errors: [MemberFault]

    package init(_ status: HTTPStatus, code: String, detail: String, errors: [MemberFault] = []) {
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
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
        if !errors.isEmpty {
            json.key("errors")
            json.beginArray()
            for error in errors { error.write(to: &json) }
            json.endArray()
        }
        json.endObject()
        return Response(status, .problem, json.bytes)
    }
}

/// One thing that is wrong with a body or a query.
package struct MemberFault: Equatable, Sendable {
    /// Where it stands: `config`, `items[2].name`; empty for the whole.
    package let field: String
    /// From a closed list, as the problem's code.
    package let code: String
    /// What it must be, for a person.
    package let detail: String

    package init(field: String, code: String, detail: String) {
        self.field = field
        self.code = code
        self.detail = detail
    }

    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("field")
        json.string(field)
        json.key("code")
        json.string(code)
        json.key("detail")
        json.string(detail)
        json.endObject()
    }
}
