import Testing

@testable import HTTP

@Suite struct QueryParametersTests {
    func find(_ name: String, in query: String) throws(HTTPFault) -> String? {
        var output = Array(">".utf8)
        let bytes = Array(query.utf8)
        let parameters = QueryParameters(bytes.span)
        do throws(HTTPFault) {
            guard try parameters.find(name, appendingTo: &output) else {
                #expect(output == Array(">".utf8))
                return nil
            }
        } catch {
            #expect(output == Array(">".utf8))
            throw error
        }
        return String(decoding: output.dropFirst(), as: UTF8.self)
    }

    @Test(
        "a parameter is found by its name and decoded once",
        arguments: [
            ("a=1&b=2", "b", "2"), ("a=1&b=2", "a", "1"), ("a=1&b=2", "c", nil), ("", "a", nil), ("aa=1", "a", nil),
            ("echostr=x+y%2B%3D%3D", "echostr", "x+y+=="), ("a=%2525", "a", "%25"), ("%61=1", "a", "1"),
            ("a", "a", ""), ("a=", "a", ""), ("a=b=c", "a", "b=c"), ("&&a=1&&", "a", "1"), ("&&a=1&&", "", nil),
            ("=1", "", "1"), ("a=%00", "a", "\0"), ("A=1&a=2", "a", "2"), ("a%3Db=c", "a=b", "c"),
            ("a=%e4%bd%a0", "a", "\u{4f60}"), ("x=1?a=2", "a", nil),
        ])
    func finds(query: String, name: String, value: String?) throws {
        #expect(try find(name, in: query) == value)
    }

    @Test(
        "a broken escape and a parameter that is there twice are refused",
        arguments: [
            ("a=%", HTTPFault.malformedEscape), ("a=%2", .malformedEscape), ("a=%2g", .malformedEscape),
            ("b%=1", .malformedEscape), ("b=%2&a=2%", .malformedEscape), ("a=1&a=1", .repeatedParameter),
            ("a=1&b&%61", .repeatedParameter),
        ])
    func refuses(query: String, fault: HTTPFault) {
        #expect(throws: fault) { try find("a", in: query) }
    }
}
