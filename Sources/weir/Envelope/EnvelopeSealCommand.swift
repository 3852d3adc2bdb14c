// `weir envelope seal`: the inverse of `open`.

import Crypto
import Telemetry
import WeCom

struct EnvelopeSealCommand: Command {
    private enum Format: String, CaseIterable {
        case xml, json, query
    }

    private static let receiveID = Option(
        "receive-id", "ID", "the receiveid to seal in: a corpid or suiteid; '' means none", isRequired: true)
    private static let timestamp = Option("timestamp", "TS", "seconds since 1970; now when left out")
    private static let nonce = Option("nonce", "N", "a random one when left out")
    private static let format = Option(
        "format", "FORMAT", "xml (the default), json as AI bots have it, or query: that of a URL verification")

    static let manual = Manual(
        "seal", "encrypts and signs a message as WeCom does",
        operands: .optional("FILE|-"),
        options: [EnvelopeOptions.token, EnvelopeOptions.key, receiveID, timestamp, nonce, format],
        notes: """
            FILE (else standard input) is the message, taken byte for byte. The envelope carries its
            signature, timestamp and nonce, which `weir envelope open` wants as options; of a query it reads them.
            \(EnvelopeOptions.note)
            """)

    private let token: String
    private let key: String
    private let receiveID: String
    private let timestamp: Int64
    private let nonce: String
    private let format: Format
    private let input: String

    init(_ arguments: Arguments) throws(CommandError) {
        token = try arguments.requiredSecret(EnvelopeOptions.token)
        key = try arguments.requiredSecret(EnvelopeOptions.key)
        receiveID = try arguments.required(Self.receiveID)
        timestamp =
            try arguments.integer(Self.timestamp, in: 0...253_402_300_799) ?? WallClock.now().components.seconds
        var random = RandomSource.system
        nonce = arguments[Self.nonce] ?? String(UInt32.random(in: 0 ... .max, using: &random))
        format = try arguments.choice(Self.format, Format.self) ?? .xml
        input = arguments.operands.first ?? "-"
    }

    func run() throws(CommandError) -> ExitStatus {
        let message = try InputFile.read(input)
        var random = RandomSource.system
        let sealed: SealedEnvelope
        do throws(EnvelopeFault) {
            sealed = try EnvelopeInspector.seal(
                message, token: token, key: key, receiveID: receiveID, timestamp: timestamp, nonce: nonce,
                random: &random)
        } catch {
            throw .failed("\(error.code) \(error)")
        }
        try StandardOutput.write(text(of: sealed) + [UInt8(ascii: "\n")])
        return .success
    }

    private func text(of sealed: SealedEnvelope) -> [UInt8] {
        switch format {
        case .xml: sealed.replyXML()
        case .json: sealed.replyJSON()
        case .query: sealed.query(echo: true)
        }
    }
}
