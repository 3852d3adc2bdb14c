// One setting of weir.conf outside of tenants: its name, form, place in `Configuration`, and why it exists. The parser, the
// environment's overrides, `weir config default` and the manual all come from the rows of Setting+Table.swift.

import Language

package struct Setting: Sendable {
    /// `edge.body-limit`: the block and the word in it; a word without a block stands at the top of the file.
    package let name: String
    /// What may be written: `a size from 1KB to 64MB`.
    package let form: String
    package let reload: Reload
    package let why: String
    /// A value to show in the commented file where there is no default.
    package let example: String?

    let environmentForm: EnvironmentForm
    /// Reads the value at the cursor and puts it into its place.
    let read: @Sendable (inout Cursor, inout Configuration) throws(Reported) -> Void
    /// The value as the file writes it; nil when the setting is absent.
    package let shown: @Sendable (Configuration) -> String?
    /// Whether two configurations agree in this setting: what a reload compares.
    package let isSame: @Sendable (Configuration, Configuration) -> Bool

    package enum Reload: String, Sendable {
        /// A reload applies it.
        case live
        /// A reload keeps the old value and says so.
        case restart
    }

    /// - Parameter place: where the value lives.
    init<Value>(
        _ name: String, _ place: any WritableKeyPath<Configuration, Value> & Sendable, _ form: ValueForm<Value>,
        _ reload: Reload, example: String? = nil, why: String
    ) {
        self.name = name
        self.form = form.text
        self.reload = reload
        self.why = why
        self.example = example
        environmentForm = form.environment
        read = { cursor, configuration throws(Reported) in
            configuration[keyPath: place] = try form.take(&cursor, name)
        }
        shown = { form.show($0[keyPath: place]) }
        isSame = { $0[keyPath: place] == $1[keyPath: place] }
    }
}

extension Setting {
    /// The block of the setting, nil at the top of the file.
    package var block: String? {
        name.firstIndex(of: ".").map { String(name[..<$0]) }
    }

    /// The word that introduces the value.
    package var word: String {
        name.firstIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
    }

    /// `WEIR_EDGE_BODY_LIMIT`
    package var variable: String {
        "WEIR_" + String(name.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 })
    }

    /// The default as the file writes it.
    package var `default`: String? { shown(Configuration()) }

    package static func named(_ name: String) -> Setting? {
        table.first { $0.name == name }
    }
}
