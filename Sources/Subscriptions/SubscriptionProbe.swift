// Tries subscriptions out: a ping, whose answer is shown to the tenant, and the challenge, by which a receiver shows that it wants the
// events. Both are sent once, now, also to one that is disabled; they are no events, so no rule and no filter sees them.

import Codec
package import Crypto
import Events
package import Gateway
package import HTTP
package import Loop
package import Webhooks

/// Belongs to one loop.
package final class SubscriptionProbe {
    package static let pingType = "webhook.ping"
    package static let challengeType = "webhook.challenge"
    /// An answer of the API waits for it.
    package static let timeoutMax = Duration.seconds(15)
    private static let underWayMax = 32

    private let loop: EventLoop
    /// Of these requests alone; what it may reach is replaced at a reload.
    package let client: HTTPClient
    private var random: RandomSource
    private var ids = EventIDGenerator()
    private var underWay = 0

    package init(loop: EventLoop, client: HTTPClient, random: RandomSource) {
        self.loop = loop
        self.client = client
        self.random = random
    }

    /// What came back.
    package struct Answer: Sendable {
        package let webhookID: String
        package let result: AttemptResult
        package let time: Duration
    }

    package func ping(_ subscription: Subscription, at endpoint: Endpoint) async throws(SubscriptionFault) -> Answer {
        try await send(Self.pingType, [], subscription, endpoint)
    }

    /// - Returns: also whether the receiver echoed the challenge: its answer is that text, or a JSON object that has it as `challenge`.
    package func challenge(
        _ subscription: Subscription, at endpoint: Endpoint
    ) async throws(SubscriptionFault) -> (answer: Answer, isEchoed: Bool) {
        var text: [UInt8] = []
        Base64.encode(random.bytes(count: 32).span, appendingTo: &text, options: [.urlSafe, .unpadded])
        let challenge = String(decoding: text, as: UTF8.self)
        let answer = try await send(
            Self.challengeType, [.init("challenge", .string(challenge))], subscription, endpoint)
        guard case .delivered = answer.result.outcome else { return (answer, false) }
        return (answer, Self.isEcho(answer.result.answer, of: challenge))
    }

    static func isEcho(_ answer: [UInt8], of challenge: String) -> Bool {
        if let json = try? JSONValue(parsing: answer.span), json["challenge"]?.string == challenge { return true }
        let text = String(decoding: answer, as: UTF8.self)
        return text.split(whereSeparator: \.isWhitespace) == [Substring(challenge)]
    }

    private func send(
        _ type: String, _ content: [JSONValue.Member], _ subscription: Subscription, _ endpoint: Endpoint
    ) async throws(SubscriptionFault) -> Answer {
        guard underWay < Self.underWayMax else { throw .busy }
        underWay += 1
        defer { underWay -= 1 }
        let now = Timestamp(milliseconds: loop.wallMilliseconds) ?? .epoch
        var idBytes: [UInt8] = []
        ids.next(at: now, using: &random).append(to: &idBytes)
        let id = String(decoding: idBytes, as: UTF8.self)
        // As events are written.
        let record: JSONValue = [
            "id": .string(id), "type": .string(type), "time": .string(now.description), "source": "system",
            "tenant": .string(subscription.tenantCode),
            "content": .object([.init("subscription", .string(subscription.id))] + content),
        ]
        let (result, time) = await WebhookProbe(loop: loop, client: client).send(record.bytes, id: id, to: endpoint)
        return Answer(webhookID: id, result: result, time: time)
    }
}
