// Takes a chunked body apart (RFC 9112 section 7.1) as it arrives. It keeps its own place, so each byte is given to it once.
// Size lines and trailer lines are gathered first and read whole; payload goes straight to the body.

import Codec

package struct ChunkedDecoder: Sendable {
    package enum Progress: Equatable, Sendable {
        /// The body is whole; of the bytes given last, the first `consumed` belonged to it.
        case complete(consumed: Int)
        /// All bytes given were taken; call again with those that follow.
        case incomplete
        case malformed(HTTPFault)
    }

    private enum Stage: Equatable, Sendable {
        case size
        case payload(left: Int)
        case payloadEnd
        case trailer
        case done(Progress)
    }

    /// Framing that is free, and beyond which there must be as much payload as framing. A client that sends its body byte by
    /// byte makes the decoder work five times for nothing.
    static let freeFramingBytes = 16 << 10

    private let limits: HTTPLimits
    private var stage = Stage.size
    /// The line being gathered, or the last one, if it is whole.
    private var line: [UInt8] = []
    private var lineIsWhole = false
    private var framingBytes = 0
    private var payloadBytes = 0
    private var trailerBytes = 0

    package init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Takes the next bytes of the stream and appends their payload to `body`. After `complete` or `malformed` the verdict
    /// stands and nothing more is taken.
    package mutating func decode(_ bytes: Span<UInt8>, appendingTo body: inout [UInt8]) -> Progress {
        switch stage {
        case .done(.complete): return .complete(consumed: 0)
        case .done(let verdict): return verdict
        case .size, .payload, .payloadEnd, .trailer: break
        }
        do throws(HTTPFault) {
            guard let consumed = try take(bytes, appendingTo: &body) else { return .incomplete }
            stage = .done(.complete(consumed: consumed))
            return .complete(consumed: consumed)
        } catch {
            stage = .done(.malformed(error))
            return .malformed(error)
        }
    }

    /// - Returns: how many bytes belonged to the body, if its end is among them.
    private mutating func take(_ bytes: Span<UInt8>, appendingTo body: inout [UInt8]) throws(HTTPFault) -> Int? {
        var position = 0
        while position < bytes.count {
            switch stage {
            case .size:
                if try gather(bytes, &position, limit: limits.chunkLineBytes, otherwise: .chunkLineTooLong) {
                    try startChunk()
                }
            case .payload(let left):
                let count = min(left, bytes.count - position)
                body.append(copying: bytes.extracting(position..<position + count))
                position += count
                payloadBytes += count
                stage = count == left ? .payloadEnd : .payload(left: left - count)
            case .payloadEnd:
                if try gather(bytes, &position, limit: 2, otherwise: .unterminatedChunk) {
                    guard line.isEmpty else { throw .unterminatedChunk }
                    stage = .size
                }
            case .trailer:
                let limit = limits.trailerBytes - trailerBytes
                if try gather(bytes, &position, limit: limit, otherwise: .trailerTooLarge) {
                    if line.isEmpty { return position }
                    try checkTrailer()
                }
            case .done:
                return nil
            }
        }
        return nil
    }

    /// Gathers the bytes of a line until it is whole; then `line` holds it without its CR LF.
    private mutating func gather(
        _ bytes: Span<UInt8>, _ position: inout Int, limit: Int, otherwise fault: HTTPFault
    ) throws(HTTPFault) -> Bool {
        if lineIsWhole {
            line.removeAll(keepingCapacity: true)
            lineIsWhole = false
        }
        while position < bytes.count {
            guard line.count < limit else { throw fault }
            let byte = bytes[position]
            position += 1
            framingBytes += 1
            if line.last == .carriageReturn {
                guard byte == .lineFeed else { throw .bareCarriageReturn }
                line.removeLast()
                lineIsWhole = true
                return true
            }
            guard byte.mayStandInFieldValue || byte == .carriageReturn else { throw .control(byte) }
            line.append(byte)
        }
        return false
    }

    private mutating func startChunk() throws(HTTPFault) {
        guard framingBytes <= Self.freeFramingBytes + payloadBytes else { throw .excessiveChunkFraming }
        let size = try ChunkLine.size(of: line.span)
        // Not `payloadBytes + size`: the size is whatever a stranger wrote.
        guard size <= limits.bodyBytes - payloadBytes else { throw .contentTooLarge }
        stage = size == 0 ? .trailer : .payload(left: size)
    }

    private mutating func checkTrailer() throws(HTTPFault) {
        trailerBytes += line.count + 2
        let field = try HeaderField(line: line.indices, of: line.span)
        guard !field.known.framesMessage else { throw .forbiddenTrailer }
    }
}
