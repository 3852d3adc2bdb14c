// How one kind of value is written in weir.conf: read at the cursor, checked, and written back. A row of the settings' table
// names its form; the forms themselves are in ValueForm+Numbers and ValueForm+Texts.

import Language

struct ValueForm<Value: Equatable & Sendable>: Sendable {
    /// What may be written, for people: `a size from 1KB to 64MB`.
    let text: String
    var environment = EnvironmentForm.asWritten
    /// The value as the file writes it; nil when there is none.
    let show: @Sendable (Value) -> String?
    /// Reads and checks a value. The text is the name of the setting, for messages.
    let take: @Sendable (inout Cursor, String) throws(Reported) -> Value
}

extension ValueForm {
    /// The same form for a setting that may be absent.
    static func optional<Wrapped>(_ form: ValueForm<Wrapped>) -> ValueForm where Value == Wrapped? {
        ValueForm(
            text: form.text, environment: form.environment, show: { $0.flatMap(form.show) },
            take: { cursor, name throws(Reported) in try form.take(&cursor, name) })
    }
}

/// How the text of an environment variable becomes text of the language, so that one reader serves both.
enum EnvironmentForm: Sendable {
    case asWritten
    /// A text: put in quotes.
    case quoted
    /// Texts with commas between them.
    case quotedList
    /// Values with commas between them.
    case list
}
