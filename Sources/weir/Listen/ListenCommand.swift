// `weir listen`: plays a tenant. Deliveries of a running Weir come here, are verified and shown.

import Crypto
import Gateway
import HTTP
import Loop
import Telemetry
import Webhooks

struct ListenCommand: Command {
    private static let port = Option(
        "port", "PORT", "on 127.0.0.1; that of the webhook's url when left out, 0 for any that is free")
    private static let count = Option(
        "count", "N", "end after N deliveries; exit status 1 if one of them was not genuine")
    private static let endpoint = Option(
        "endpoint", "NAME", "the webhook of the configuration whose secret verifies; the first when left out")
    private static let secret = Option(
        "secret", "whsec_…|whpk_…", "the secret or public key itself instead; env:NAME and file:PATH will do too")
    private static let certificate = Option(
        "certificate", "STEM", "STEM.pem and STEM.key; else the first of `public.certificates` in the configuration")
    private static let status = Option("status", "N", "answer this instead of 204, such as 503 to see retries")

    static let manual = Manual(
        "listen", "receives deliveries as a tenant would, verifies and prints them",
        options: [port, count, ConfigurationFile.option, endpoint, secret, certificate, status],
        notes: """
            A delivery is answered with 204 if its signature (Standard Webhooks, v1 or v1a) is right and its timestamp
            at most 5 minutes off, else with 401. Weir delivers here if a webhook's url is
            https://127.0.0.1:9443/… (9443 is the port with --secret) and `trust` in the block `delivery` names the authority of the
            certificate. Ctrl-C ends.
            """)

    private let listening: Listening
    private let certificate: CertificateFiles

    init(_ arguments: Arguments) throws(CommandError) {
        let file = try ConfigurationFile(named: arguments[ConfigurationFile.option])
        let sender: ExpectedSender
        var port = Listening.portDefault
        var certificate = arguments[Self.certificate]
        if let secret = try arguments.secret(Self.secret) {
            guard !arguments.has(Self.endpoint) else { throw .usage("--secret and --endpoint exclude each other") }
            sender = try ExpectedSender(secret)
            if certificate == nil {
                certificate = try file.configurationIfAny().publicListener.certificates.first
            }
        } else {
            let configuration = try file.configuration()
            let endpoint = try configuration.endpoint(named: arguments[Self.endpoint], in: file)
            sender = try ExpectedSender(endpoint)
            port = endpoint.url.port
            certificate = certificate ?? configuration.publicListener.certificates.first
        }
        guard let certificate else { throw .usage("give --certificate STEM; the configuration names none") }
        self.certificate = CertificateFiles(stem: certificate)
        listening = Listening(
            sender: sender,
            port: try arguments.integer(Self.port, in: 0...UInt16.max) ?? port,
            countMax: try arguments.integer(Self.count, in: 1...Int.max),
            answer: HTTPStatus(try arguments.integer(Self.status, in: 200...599) ?? 204))
    }

    func run() throws(CommandError) -> ExitStatus {
        let tls = try orFail { () throws(StreamError) in try TLSServer(certificate) }
        let listening = listening
        let ending = try EventLoop.untilDone { (loop) throws(CommandError) in try await listening.run(on: loop, tls) }
        switch ending {
        case .done(let status): return status
        case .interrupted:
            if let count = listening.countMax { throw .failed("interrupted before all \(count) deliveries had come") }
            return .success
        }
    }
}
