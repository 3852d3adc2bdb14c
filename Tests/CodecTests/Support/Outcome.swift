// What a decoder did with an input, as a value that an expectation can compare and show.

import Codec

enum Outcome<Value: Equatable>: Equatable {
    case accepted(Value)
    case refused(CodecError.Reason, at: Int)

    init(_ body: () throws(CodecError) -> Value) {
        do throws(CodecError) {
            self = .accepted(try body())
        } catch {
            self = .refused(error.reason, at: error.offset)
        }
    }
}

extension Array where Element == UInt8 {
    init(_ text: StaticString) { self = [UInt8](text.description.utf8) }
}
