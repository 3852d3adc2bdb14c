// `weir envelope open`: takes one callback apart as it was received, and says which setting does not fit.

import Crypto
import Telemetry
import WeCom

struct EnvelopeOpenCommand: Command {
    private static let receiveID = Option(
        "receive-id", "ID", "the receiveid it must carry; '' means none, and without this option any will do")
    private static let signature = Option("signature", "S", "msg_signature of the callback's URL")
    private static let timestamp = Option("timestamp", "TS", "timestamp of the URL, as received")
    private static let nonce = Option("nonce", "N", "nonce of the URL, percent-decoded")
    private static let verbose = Option.flag("verbose", "every step, on standard error")

    static let manual = Manual(
        "open", "opens an encrypted callback and prints the plaintext",
        operands: .optional("FILE|-"),
        options: [
            EnvelopeOptions.token, EnvelopeOptions.key, receiveID, signature, timestamp, nonce, verbose,
        ],
        notes: """
            FILE (else standard input) is the body as received, XML or JSON, the bare base64 of an echostr, or
            the query of a URL verification, whose signature, timestamp and nonce then need not be given.
            Exit status 1: the envelope does not open, and standard error has WeCom's code and the reason.
            Without --signature, --timestamp and --nonce the signature is not checked.
            \(EnvelopeOptions.note)
            """)

    private let parameters: EnvelopeInspector.Parameters
    private let input: String
    private let isVerbose: Bool

    init(_ arguments: Arguments) throws(CommandError) {
        let signed = [Self.signature, Self.timestamp, Self.nonce]
        let given = signed.filter { arguments.has($0) }
        guard given.isEmpty || given.count == signed.count else {
            throw .usage("--signature, --timestamp and --nonce belong together: the signature covers the other two")
        }
        parameters = EnvelopeInspector.Parameters(
            token: try arguments.requiredSecret(EnvelopeOptions.token),
            key: try arguments.requiredSecret(EnvelopeOptions.key),
            receiveIDs: arguments[Self.receiveID].map { ReceiveIDs([$0]) },
            signature: arguments[Self.signature], timestamp: arguments[Self.timestamp], nonce: arguments[Self.nonce])
        isVerbose = arguments.has(Self.verbose)
        input = arguments.operands.first ?? "-"
    }

    func run() throws(CommandError) -> ExitStatus {
        var body = try InputFile.read(input)
        var parameters = parameters
        if let query = CopiedQuery(body) {
            body = query.echo
            parameters.signature = parameters.signature ?? query.signature
            parameters.timestamp = parameters.timestamp ?? query.timestamp
            parameters.nonce = parameters.nonce ?? query.nonce
        }
        let inspection: Inspection
        do throws(CryptoError) {
            inspection = try EnvelopeInspector.open(body, parameters)
        } catch {
            throw .failed("\(error)")
        }
        if isVerbose { StandardError.write(Array("\(inspection)\n".utf8)) }
        if let fault = inspection.fault { throw .failed(reason(fault, inspection)) }
        guard let opened = inspection.opened else { throw .failed("the envelope could not be opened") }
        try StandardOutput.write(opened.message)
        return .success
    }

    /// The first fault with its code, and what the inspector guesses about each.
    private func reason(_ fault: EnvelopeFault, _ inspection: Inspection) -> String {
        let hints = inspection.steps.flatMap(\.hints).map { "\n  \($0)" }
        return "\(fault.code) \(fault)" + hints.joined()
    }
}
