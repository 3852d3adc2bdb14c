// How long events that were routed stay in Redis, for a look back: `weir rules diff` replays them.

package struct HistorySettings: Sendable, Equatable {
    package var keep = Duration.seconds(3600)
    /// In each partition, whatever their age.
    package var entriesMax = 100_000

    package init() {}
}
