// Follows what Redis says of endpoints, for all loops of this process: another process may disable one, somebody may enable it.

import Loop
import Records
import Redis
import Webhooks

/// Belongs to the control loop.
final class EndpointFollower: ChangeListener {
    private static let pause = Duration.milliseconds(200)

    private let loop: EventLoop
    private let store: EndpointStateStore
    private unowned let feed: ChangeFeed
    private var isLoading = false
    private var isStopped = false

    init(_ store: EndpointStateStore, feed: ChangeFeed, on loop: EventLoop) {
        self.loop = loop
        self.store = store
        self.feed = feed
        feed.add(self, for: EndpointStateStore.kind)
        mayHaveMissedChanges()
    }

    func stop() { isStopped = true }

    func changed(_ id: String) {
        loop.spawn { [self] in
            do throws(RedisError) { try await store.refresh(id) } catch { mayHaveMissedChanges() }
        }
    }

    /// Reads all anew, as soon as every later change will be told of.
    func mayHaveMissedChanges() {
        guard !isLoading, !isStopped else { return }
        isLoading = true
        loop.spawn { [self] in
            while !isStopped {
                if feed.isLive, (try? await store.load()) != nil { break }
                await loop.sleep(until: loop.now + Self.pause)
            }
            isLoading = false
        }
    }
}
