import Language
import Telemetry
import Testing

@testable import Gateway

@Suite("Secrets of the configuration")
struct SecretTests {
    func surroundings(_ file: SecretFile) -> Surroundings {
        Surroundings(variables: ["SET": "value", "EMPTY": ""], secretFile: { _ in file })
    }

    @Test("a secret comes from a variable, a file or the text; what is missing is named")
    func places() throws {
        let surroundings = surroundings(SecretFile(bytes: Array("from file\r\n".utf8), isWorldReadable: true))
        #expect(try surroundings.fetch(.environment("SET")).text.revealed == "value")
        #expect(try surroundings.fetch(.inline("x")).text.revealed == "x")
        #expect(try surroundings.fetch(.file(path: "/s")).text.revealed == "from file")
        #expect(try surroundings.fetch(.file(path: "/s")).isWorldReadable)
        #expect(throws: SecretFault.variableMissing("UNSET")) { try surroundings.fetch(.environment("UNSET")) }
        #expect(throws: SecretFault.variableEmpty("EMPTY")) { try surroundings.fetch(.environment("EMPTY")) }
        #expect(SecretFault.variableMissing("UNSET").description.contains("UNSET"))
    }

    @Test("a file that holds no text is refused")
    func notText() {
        #expect(throws: SecretFault.notText(path: "/s")) {
            try surroundings(SecretFile(bytes: [0xFF, 0xFE], isWorldReadable: false)).fetch(.file(path: "/s"))
        }
        #expect(throws: SecretFault.fileEmpty(path: "/s")) {
            try surroundings(SecretFile(bytes: [0x0A], isWorldReadable: false)).fetch(.file(path: "/s"))
        }
    }

    @Test("the process has variables and reads files, and says why it cannot")
    func process() throws {
        let process = try Surroundings.ofProcess()
        #expect(process.variables["PATH"]?.isEmpty == false)
        #expect(throws: SecretFile.Fault.unreadable(reason: "No such file or directory")) {
            try process.secretFile("/nowhere/at/all")
        }
        #expect(throws: SecretFile.Fault.tooLarge) { try process.secretFile("/dev/zero") }
        #expect(try process.secretFile("/proc/self/comm").isWorldReadable)
    }
}
