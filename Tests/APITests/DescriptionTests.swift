import Codec
import HTTP
import Identity
import TestBasics
import Testing

@testable import API

struct DescriptionTests {
    private let endpoints = EndpointTable.all

    @Test("API.md says what the table says")
    func page() throws {
        let page = GoldenFile(Repository.path("API.md"))
        let markdown = APIPage.markdown(of: endpoints)
        #expect(try markdown == page.expected(for: markdown))
    }

    @Test("the table routes: no path is malformed or taken twice")
    func routes() throws {
        #expect(try EndpointTable().endpoints.count == endpoints.count)
    }

    @Test("operation ids are unique, and no name of an object or a problem stands for two")
    func names() {
        #expect(Set(endpoints.map(\.operation)).count == endpoints.count)
        #expect(SchemaCollection(endpoints).clashes.isEmpty)
        var codes: [String: ProblemCode] = [:]
        for code in endpoints.flatMap(\.problems) {
            #expect(codes[code.name, default: code] == code, "\(code.name) means two things")
            codes[code.name] = code
        }
    }

    @Test("the tenant's id of a scope is a parameter or a member that the endpoint has")
    func scopes() {
        for endpoint in endpoints {
            switch endpoint.scope {
            case .none, .platform, .object: break
            case .path(let name): #expect(endpoint.parameters.contains { $0.place == .path && $0.name == name })
            case .query(let name): #expect(endpoint.parameters.contains { $0.place == .query && $0.name == name })
            case .body(let name): #expect(endpoint.body?.members.contains { $0.name == name } == true)
            }
            if endpoint.scope != .none { #expect(!endpoint.access.isOpen, "\(endpoint.operation)") }
        }
    }

    @Test("each hole of a path is a parameter, and each parameter of a path a hole")
    func holes() {
        for endpoint in endpoints {
            let holes = endpoint.path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                String($0.dropFirst().dropLast())
            }
            #expect(holes == endpoint.parameters.filter { $0.place == .path }.map(\.name), "\(endpoint.operation)")
        }
    }

    @Test("examples are as their forms demand")
    func examples() {
        func check(_ schema: Schema, _ place: String) {
            switch schema {
            case .text(let form, _): #expect(form.accepts(form.example), "\(place)")
            case .array(let element, _): check(element, place)
            case .object(let object): for member in object.members { check(member.schema, place + "." + member.name) }
            case .boolean, .integer, .time, .choice, .anyObject: break
            }
        }
        for endpoint in endpoints {
            for parameter in endpoint.parameters { check(parameter.schema, endpoint.operation) }
            if let body = endpoint.body { check(.object(body), endpoint.operation) }
        }
    }

    @Test("no POST that needs an If-Match, and every answer has a status of success")
    func answers() {
        for endpoint in endpoints {
            #expect(!endpoint.answers.isEmpty, "\(endpoint.operation)")
            for answer in endpoint.answers { #expect(answer.status.isSuccess, "\(endpoint.operation)") }
        }
    }
}
