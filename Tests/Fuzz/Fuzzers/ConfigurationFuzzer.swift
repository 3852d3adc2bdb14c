// weir.conf: any text, with any environment, comes to a configuration or to findings that say why not, and no secret is told.

import Gateway
import Language

extension Fuzzer {
    static let configuration = Fuzzer(
        name: "config", about: "any text as weir.conf, with variables: findings, no secret told", sizeMax: 2048,
        words: [
            "public {", "operations {", "api {", "plain {", "redis {", "callbacks {", "delivery {", "edge {", "log {",
            "listen \"127.0.0.1:1\"", "tenant \"", "source \"", "webhook \"", "kind wecom", "kind instance", "token ",
            "aes-key ", "receiveid", "hmac", "env:TOKEN", "file:/secret", "tolerance off", "dedupe-window 5m",
            "loops 2",
            "rules \"", "data \"", "---\n", "WEIR_", "url \"https://a.example/\"", "secret ", "allow [", "10.0.0.0/8",
        ],
        seeds: { try Samples.configurations() },
        check: { input in try checkConfiguration(input) })
}

private let secret = "whsec_dGhpcyBzZWNyZXQgaXMgbm90IHRvbGQgdG8gYW55"

/// The input is the file; lines behind one of three dashes are variables (`NAME=value`).
private func checkConfiguration(_ input: [UInt8]) throws {
    let parts = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let dashes = parts.firstIndex { $0.elementsEqual("---".utf8) } ?? parts.count
    let file = Array(parts[..<dashes].joined(separator: [UInt8(ascii: "\n")]))
    var variables = ["TOKEN": secret, "KEY": "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"]
    for line in parts[dashes...].dropFirst() {
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
        variables[text(Array(line[..<equals]))] = text(Array(line[equals...].dropFirst()))
    }
    let surroundings = Surroundings(
        variables: variables,
        secretFile: { path throws(SecretFile.Fault) in
            switch path.utf8.count % 4 {
            case 0: throw .unreadable(reason: "No such file or directory")
            case 1: throw .tooLarge
            case 2: SecretFile(bytes: Array("\(secret)\n".utf8), isWorldReadable: true)
            default: SecretFile(bytes: [0xFF], isWorldReadable: false)
            }
        })
    func read(_ bytes: [UInt8]) -> ConfigurationReading {
        ConfigurationReading(of: SourceFile(name: "weir.conf", bytes: bytes), in: surroundings)
    }

    let reading = read(file)
    try require((reading.configuration == nil) == reading.findings.hasErrors, "no configuration without an error said")
    let rendered = reading.findings.rendered
    try require(rendered.isEmpty, equals: reading.findings.isEmpty, "what was found is told")
    // Unless the file itself shows it.
    if !text(input).contains(secret) { try require(!rendered.contains(secret), "no secret is told") }
    guard let configuration = reading.configuration else { return }

    let longer = read(file + Array("\n# the end\n".utf8))
    try require(longer.findings.rendered == rendered, "a comment behind it changes nothing")
    try require(longer.configuration?.tenants.map(\.name), equals: configuration.tenants.map(\.name), "its tenants")
    if !text(input).contains(secret) {
        try require(!"\(configuration)".contains(secret), "a configuration that is logged tells no secret")
    }
}
