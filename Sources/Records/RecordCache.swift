// Records of one kind that were looked at lately, in this loop's memory: bounded, filled on demand, emptied by the change feed. While
// the feed is not sure to tell of every change, each lookup goes to Redis.

/// Belongs to one loop.
package final class RecordCache<Value: Storable>: ChangeListener {
    @usableFromInline let store: RecordStore<Value>
    @usableFromInline let feed: ChangeFeed
    @usableFromInline var held: BoundedTable<Stored<Value>>
    /// Lookups under way that may be kept: a change that comes between question and answer strikes its record out here, for the
    /// answer may be older than the change.
    @usableFromInline var fetches: [String: Int] = [:]
    @usableFromInline var fetchCount = 0

    /// - Parameter capacity: how many records are kept at most.
    package init(_ store: RecordStore<Value>, feed: ChangeFeed, capacity: Int = 1024) {
        self.store = store
        self.feed = feed
        held = BoundedTable(capacity: capacity)
        feed.add(self, for: Value.kind)
    }

    // Inlinable, as is the table: unspecialised, a look at what is held costs more than all else about it.
    @inlinable
    package func get(_ id: String) async throws(StoreFault) -> Stored<Value> {
        guard feed.isLive else { return try await store.get(id) }
        if let stored = held[id] { return stored }
        fetchCount += 1
        let fetch = fetchCount
        fetches[id] = fetch
        defer { if fetches[id] == fetch { fetches[id] = nil } }
        let stored = try await store.get(id)
        if fetches[id] == fetch { held.insert(stored, for: id) }
        return stored
    }

    /// Also called by whoever changed the record on this loop, who need not wait for the notice to see it.
    package func changed(_ id: String) {
        held.remove(id)
        fetches[id] = nil
    }

    package func mayHaveMissedChanges() {
        held.removeAll()
        fetches.removeAll()
    }

    /// How many records are kept now.
    package var count: Int { held.count }
}

/// A dictionary that keeps so many values and no more. What was not asked for since the hand last came by makes room: the order of
/// use, nearly, at the price of one bit.
@usableFromInline
struct BoundedTable<Value> {
    @usableFromInline
    struct Slot {
        @usableFromInline let key: String
        @usableFromInline let value: Value
        @usableFromInline var wasUsed: Bool

        @inlinable
        init(key: String, value: Value, wasUsed: Bool) {
            self.key = key
            self.value = value
            self.wasUsed = wasUsed
        }
    }

    @usableFromInline let capacity: Int
    @usableFromInline var slots: [Slot?] = []
    @usableFromInline var places: [String: Int] = [:]
    @usableFromInline var free: [Int] = []
    @usableFromInline var hand = 0

    init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
    }

    var count: Int { places.count }

    @inlinable
    subscript(key: String) -> Value? {
        mutating get {
            guard let place = places[key] else { return nil }
            slots[place]?.wasUsed = true
            return slots[place]?.value
        }
    }

    @inlinable
    mutating func insert(_ value: Value, for key: String) {
        let slot = Slot(key: key, value: value, wasUsed: false)
        if let place = places[key] {
            slots[place] = slot
        } else if let place = free.popLast() {
            fill(place, slot)
        } else if slots.count < capacity {
            slots.append(nil)
            fill(slots.count - 1, slot)
        } else {
            while let present = slots[hand], present.wasUsed {
                slots[hand]?.wasUsed = false
                hand = (hand + 1) % capacity
            }
            if let present = slots[hand] { places[present.key] = nil }
            fill(hand, slot)
            hand = (hand + 1) % capacity
        }
    }

    @inlinable
    mutating func fill(_ place: Int, _ slot: Slot) {
        slots[place] = slot
        places[slot.key] = place
    }

    mutating func remove(_ key: String) {
        guard let place = places.removeValue(forKey: key) else { return }
        slots[place] = nil
        free.append(place)
    }

    mutating func removeAll() {
        slots.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        free.removeAll()
        hand = 0
    }
}
