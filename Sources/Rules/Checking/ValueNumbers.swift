// The values that conditions compare fields with, numbered over all routes: each is hashed once, where it is read, and whoever
// compares requirements or files routes under values goes by numbers.

import Events

struct ValueNumbers {
    private struct Key: Hashable {
        let field: Field
        let value: ByteString
    }

    private var numbers: [Key: Int32] = [:]
    /// By number.
    private(set) var values: [[UInt8]] = []

    /// A number that no other value, and no other field, has.
    mutating func number(of value: [UInt8], in field: Field) -> Int32 {
        let key = Key(field: field, value: ByteString(value))
        if let number = numbers[key] { return number }
        let number = Int32(values.count)
        numbers[key] = number
        values.append(value)
        return number
    }
}
