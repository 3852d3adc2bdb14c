// The version of this source tree. The only place that has it.

enum Version {
    static let text = "0.1.0"
}
