// Everything weir.conf says, as values. The initial values are the defaults; what each setting is for, its range and its
// name in the file and in the environment stand in the table (Setting+Table.swift).

package import Language
package import Loop
package import Redis

package struct Configuration: Sendable {
    package var data = "data"
    package var rules = "Rules"
    package var loops = 0
    package var roles = ProcessRole.allCases
    package var publicListener = PublicListener()
    package var plainListener: SocketAddress?
    package var apiListener = SocketAddress.ip(IPAddress(v4: 0x7F00_0001), port: 8444)
    package var operationsListener = SocketAddress.ip(IPAddress(v4: 0x7F00_0001), port: 9464)
    /// nil: Weir starts and supervises its own.
    package var redis: RedisAddress?
    /// nil: the file `master.key` in the data folder, made at the first start.
    package var masterKey: Secret?
    package var edge = EdgeLimits()
    package var limits = RequestLimits()
    package var callbacks = CallbackSettings()
    package var history = HistorySettings()
    package var delivery = DeliverySettings()
    package var audit = AuditSettings()
    package var log = LogSettings()
    package var tenants: [Tenant] = []

    package init() {}
}
