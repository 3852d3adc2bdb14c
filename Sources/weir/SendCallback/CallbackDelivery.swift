// Sends callbacks one after the other, as WeCom does to one receiver, and shows what is answered.

import Gateway
import HTTP
import Loop

struct CallbackDelivery: Sendable {
    let maker: any CallbackMaker
    let url: HTTPURL
    let count: Int

    /// WeCom gives up on an answer after this time (WECOM.md, section 2).
    private static let patience = Duration.seconds(5)

    func run(on loop: EventLoop, _ tls: TLSClient) async throws(CommandError) -> ExitStatus {
        let client = HTTPClient(loop: loop, resolver: Resolver(loop: loop), policy: ClientPolicy(tls: tls))
        var refused = 0
        var unavailable = 0
        var limited = 0
        for number in 1...count {
            let callback = try maker.callback(number: number, at: loop.wallMilliseconds / 1000)
            switch try await send(callback, by: client, on: loop) {
            case .accepted: break
            case .refused: refused += 1
            case .unavailable: unavailable += 1
            case .limited: limited += 1
            }
        }
        client.closeIdle()
        guard refused + unavailable + limited > 0 else { return .success }
        if refused + unavailable == 0 {
            throw .failed(
                "\(limited) of \(quantity(count, "callback")) not accepted: there were more than the quota of callbacks in the "
                    + "rule file or `limits` allow; WeCom would send again")
        }
        if refused == 0 {
            throw .failed(
                "\(unavailable) of \(quantity(count, "callback")) not accepted: Weir cannot keep events now, most often because "
                    + "it has no Redis; its log and /readyz say why. WeCom would send again")
        }
        throw .failed(
            "\(refused) of \(quantity(count, "callback")) not accepted; the log of Weir has the reason, most often that the "
                + "source has another name, token, key or receiveid there than here")
    }

    private enum Verdict { case accepted, refused, unavailable, limited }

    private func send(
        _ callback: OutgoingCallback, by client: HTTPClient, on loop: EventLoop
    ) async throws(CommandError) -> Verdict {
        let request = try serialise(callback)
        let origin = Origin(host: url.host, port: url.port, isSecure: url.scheme == .https)
        let response: ClientResponse
        let started = loop.preciseNow()
        do throws(ClientError) {
            response = try await client.send(request, method: callback.method, to: origin, by: started + Self.patience)
        } catch {
            throw .failed("no answer from \(origin.host) port \(origin.port): \(reason(error))")
        }
        let isRight = response.status == .ok && callback.expectedAnswer.map { $0 == response.body } ?? true
        try StandardOutput.write(Self.line(callback, response, after: loop.preciseNow() - started))
        if response.status == .ok, !isRight {
            throw .failed("the answer to a verification must be the decrypted echostr and nothing else")
        }
        if response.status == .serviceUnavailable { return .unavailable }
        if response.status == .tooManyRequests { return .limited }
        return isRight ? .accepted : .refused
    }

    private func serialise(_ callback: OutgoingCallback) throws(CommandError) -> [UInt8] {
        var target = url.target
        if let query = callback.query { target += (target.contains("?") ? "&" : "?") + query }
        do throws(FieldFault) {
            let writer = try RequestWriter(callback.method, target: target, authority: url.authority)
            var request: [UInt8] = []
            writer.append(callback.fields, body: callback.body, to: &request)
            return request
        } catch {
            throw .failed("the request cannot be made: \(error)")
        }
    }

    private static func line(_ callback: OutgoingCallback, _ response: ClientResponse, after time: Duration) -> String {
        var text = String(decoding: response.body, as: UTF8.self)
        if text.last?.isNewline == true { text.removeLast() }
        let body = response.body.isEmpty ? "empty body" : Printable.line(text)
        let status = "\(response.status.code) \(response.status.reason)"
        return "\(callback.method.name) answered \(status) in \(time.milliseconds) ms: \(body)\n"
    }

    private func reason(_ error: ClientError) -> String {
        switch error {
        case .lookup(let cause): "\(cause)"
        case .connect(let cause): "\(cause); is Weir running, with its `public` listener there?"
        // It asks for none.
        case .proxy(let reason): reason
        case .proxyRefused(let status): "\(status)"
        case .forbiddenPort(let port): "port \(port) is not allowed"
        case .forbidden(let address): "\(address) may not be reached"
        case .tls(let cause):
            "\(cause); the URL must have a name of the certificate, whose authority must be trusted: --trust FILE, or "
                + "`trust` in the block `delivery`"
        case .timedOut: "nothing came within \(Self.patience.components.seconds) s"
        case .interrupted(let cause):
            "\(cause)" + (url.scheme == .http ? "; if TLS is spoken there, write https://" : "")
        case .malformed(let fault): fault.message
        }
    }
}
