// What endpoints of the API ask about deliveries, and about where they go.

import Crypto
package import Deliveries
package import Gateway
package import Records
package import Redis
package import Webhooks

/// Belongs to the listener's loop.
package final class DeliveryDesk {
    let history: AttemptHistory
    let letters: DeadLetters
    let traffic: TrafficBook
    let replays: RecordStore<Replay>
    let states: EndpointStateStore
    /// All in force, whoever made them, in the order of their ids.
    let endpoints: () -> [Gateway.Endpoint]

    private var random = RandomSource.system

    package init(
        redis: RedisClient, replays: RecordStore<Replay>, states: EndpointStateStore,
        endpoints: @escaping () -> [Gateway.Endpoint]
    ) {
        history = AttemptHistory(redis: redis)
        letters = DeadLetters(redis: redis)
        traffic = TrafficBook(redis: redis)
        self.replays = replays
        self.states = states
        self.endpoints = endpoints
    }

    func replayID(at milliseconds: Int64) -> String { RecordID.make(at: milliseconds, using: &random) }
}
