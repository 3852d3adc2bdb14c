// `weir send-callback`: plays WeCom, or a provider of instances, against a running Weir.

import Gateway
import Loop
import Telemetry
import WeCom

struct SendCallbackCommand: Command {
    private static let source = Option("source", "NAME", "a source of the configuration: its keys and its URL are used")
    private static let url = Option("url", "URL", "where to send to; without a path, the path of the source is added")
    private static let token = Option("token", "TOKEN", "without --source: the Token of the callback URL")
    private static let key = Option("key", "AESKEY", "without --source: its EncodingAESKey")
    private static let receiveID = Option("receive-id", "ID", "the receiveid; else the first that the source accepts")
    private static let text = Option("text", "TEXT", "what the message says")
    private static let from = Option("from", "USER", "who sends it")
    private static let verify = Option.flag(
        "verify", "verify the URL instead, as WeCom's console does when it saves it")
    private static let count = Option("count", "N", "how many to send, one after the other; 1 when left out")
    private static let trust = Option(
        "trust", "FILE", "certificates to trust besides the system's; else `delivery.trust` of the configuration")

    static let manual = Manual(
        "send-callback", "makes and sends a genuine signed and encrypted callback",
        options: [
            source, ConfigurationFile.option, url, token, key, receiveID, CallbackKind.option, text, from, verify,
            count,
            trust,
        ],
        notes: """
            With --source the configuration has all that is needed. Without it, give --token, --key,
            --receive-id and --url (of any receiver of WeCom's callbacks, not only of Weir). Each answer is
            printed; exit status 1 unless all are 200.
              weir send-callback --source demo-app --text hello
            \(EnvelopeOptions.note)
            """)

    private let maker: any CallbackMaker
    private let url: HTTPURL
    private let trust: String?
    private let count: Int

    init(_ arguments: Arguments) throws(CommandError) {
        count = try arguments.integer(Self.count, in: 1...1_000_000) ?? 1
        let content = CallbackContent(
            kind: try arguments[CallbackKind.option].map { (text) throws(CommandError) in try CallbackKind(text) }
                ?? .text,
            text: arguments[Self.text] ?? "hello from weir send-callback", from: arguments[Self.from])
        guard let name = arguments[Self.source] else {
            (maker, url) = try Self.explicit(arguments, content)
            trust = arguments[Self.trust]
            return
        }
        for option in [Self.token, Self.key] where arguments.has(option) {
            throw .usage("--\(option.name) and --source exclude each other: the source has a \(option.name) of its own")
        }
        let file = try ConfigurationFile(named: arguments[ConfigurationFile.option])
        let configuration = try file.configuration()
        let source = try configuration.source(named: name, in: file)
        maker = try Self.maker(for: source, arguments, content)
        url = try CallbackDestination.url(given: arguments[Self.url], source: source, configuration: configuration)
        trust = arguments[Self.trust] ?? configuration.delivery.trust
    }

    func run() throws(CommandError) -> ExitStatus {
        let delivery = CallbackDelivery(maker: maker, url: url, count: count)
        let tls = try orFail { () throws(StreamError) in try TLSClient(additionalTrust: trust) }
        let ending = try EventLoop.untilDone { (loop) throws(CommandError) in try await delivery.run(on: loop, tls) }
        guard case .done(let status) = ending else { throw .failed("interrupted") }
        return status
    }

    private static func explicit(
        _ arguments: Arguments, _ content: CallbackContent
    ) throws(CommandError) -> (any CallbackMaker, HTTPURL) {
        guard let token = try arguments.secret(token), let key = try arguments.secret(key),
            let receiveID = arguments[receiveID], let url = arguments[url]
        else { throw .usage("give --source NAME, or all of --token, --key, --receive-id and --url") }
        let maker = WeComCallbackMaker(
            pair: try pair(token, key), receiveID: Array(receiveID.utf8), content: content,
            verifies: arguments.has(verify))
        return (maker, try CallbackDestination.url(url))
    }

    private static func pair(_ token: String, _ key: String) throws(CommandError) -> CallbackCredentials.Pair {
        do throws(EnvelopeFault) {
            return CallbackCredentials.Pair(token: token, key: try EncodingAESKey(key))
        } catch {
            throw .failed("\(error.code) \(error)")
        }
    }

    private static func maker(
        for source: CallbackSource, _ arguments: Arguments, _ content: CallbackContent
    ) throws(CommandError) -> any CallbackMaker {
        switch source.kind {
        case .wecom(let wecom):
            let credentials = wecom.credentials.revealed
            let receiveID = arguments[receiveID].map { Array($0.utf8) } ?? credentials.receiveIDs.example
            return WeComCallbackMaker(
                pair: credentials.current, receiveID: receiveID, content: content, verifies: arguments.has(verify))
        case .instance(let instance):
            for option in [verify, receiveID] where arguments.has(option) {
                throw .usage("--\(option.name) is for official callbacks, and \(source.name) is a source of instances")
            }
            return InstanceCallbackMaker(source: instance, content: content)
        }
    }
}

extension ReceiveIDs {
    /// One that is accepted.
    fileprivate var example: [UInt8] {
        switch self {
        case .any: Array("ww0123456789abcdef".utf8)
        case .only(let ids): ids.first ?? []
        }
    }
}
