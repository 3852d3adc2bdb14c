// What a stranger's connection and request may cost before anything is known of it.

package struct EdgeLimits: Sendable, Equatable {
    package var headerLimit = 16 << 10
    package var bodyLimit = 2 << 20
    package var bodyMemory = 256 << 20
    package var headerTimeout = Duration.seconds(10)
    package var bodyTimeout = Duration.seconds(20)
    package var idleTimeout = Duration.seconds(75)
    package var connectionsPerAddress = 1000
}
