// What tenants are told of their quotas and their webhooks goes the way of their events: into the inbox of the tenant, by the appender
// that drops what comes twice.

import Crypto
import Events
import Gateway
import Ingest
import Limits
import Loop
import Redis
import Telemetry
import Webhooks

extension QuotaHerald {
    convenience init(_ appender: EventAppender, log: Logger, metrics: LimitsMetrics) {
        self.init(loop: appender.loop, random: .system, metrics: metrics) { event, key in
            await appender.keep(event, key, log)
        }
    }
}

extension EndpointHerald {
    convenience init(_ appender: EventAppender, log: Logger) {
        self.init(loop: appender.loop, random: .system) { event, key in await appender.keep(event, key, log) }
    }
}

extension EventAppender {
    fileprivate func keep(_ event: Event, _ key: String, _ log: Logger) async -> Bool {
        var record: [UInt8] = []
        event.append(jsonTo: &record)
        let partition = Partition(tenant: event.text(of: .tenant) ?? "", account: event.bytes(of: .account).span)
        do throws(RedisError) {
            _ = try await append([PendingEvent(dedupe: key, record: record)], nonce: nil, to: partition)
            return true
        } catch {
            log.warning("an event for a tenant could not be kept", ["notice": key, "error": "\(error)"])
            return false
        }
    }
}
