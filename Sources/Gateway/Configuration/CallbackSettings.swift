// How callbacks are taken in, whatever source they come from.

package struct CallbackSettings: Sendable, Equatable {
    package var deadline = Duration.milliseconds(4500)
    package var dedupeWindow = Duration.seconds(6 * 3600)

    package init() {}
}
