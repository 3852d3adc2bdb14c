import Crypto
import Testing

@Suite struct ConstantTimeTests {
    @Test("equal bytes are equal; one changed bit anywhere is not")
    func bits() {
        let left = [UInt8](0..<40)
        #expect(constantTimeEqual(left, left))
        for index in left.indices {
            for bit in 0..<8 {
                var right = left
                right[index] ^= 1 << bit
                #expect(!constantTimeEqual(left, right), "byte \(index), bit \(bit)")
            }
        }
    }

    @Test("different lengths are unequal; two empties are equal")
    func lengths() {
        let bytes = [UInt8](0..<40)
        #expect(!constantTimeEqual(bytes, Array(bytes.dropLast())))
        #expect(!constantTimeEqual(bytes, []))
        #expect(constantTimeEqual([], []))
    }
}
