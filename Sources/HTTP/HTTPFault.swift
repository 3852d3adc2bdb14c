// Why a message was refused. One closed list: its code is the problem document's field, the log's word and the metric's label,
// and never changes once released. A fault always ends the connection, since what follows it cannot be framed.

package enum HTTPFault: String, Error, CaseIterable, Hashable, Sendable {
    // The start line
    case malformedRequestLine = "malformed-request-line"
    case invalidMethod = "invalid-method"
    case methodTooLong = "method-too-long"
    case invalidTarget = "invalid-target"
    case fragmentInTarget = "fragment-in-target"
    case malformedEscape = "malformed-escape"
    case targetTooLong = "target-too-long"
    case connectNotSupported = "connect-not-supported"
    case malformedVersion = "malformed-version"
    case unsupportedVersion = "unsupported-version"
    case malformedStatusLine = "malformed-status-line"
    // Bytes
    case bareLineFeed = "bare-line-feed"
    case bareCarriageReturn = "bare-carriage-return"
    case controlByte = "control-byte"
    // Fields
    case foldedField = "folded-field"
    case whitespaceInFieldName = "whitespace-in-field-name"
    case emptyFieldName = "empty-field-name"
    case invalidFieldName = "invalid-field-name"
    case missingColon = "missing-colon"
    case headTooLarge = "head-too-large"
    case tooManyFields = "too-many-fields"
    case missingHost = "missing-host"
    case repeatedHost = "repeated-host"
    case invalidHost = "invalid-host"
    case malformedConnection = "malformed-connection"
    case expectationFailed = "expectation-failed"
    // Framing
    case malformedContentLength = "malformed-content-length"
    case repeatedContentLength = "repeated-content-length"
    case contentTooLarge = "content-too-large"
    case malformedTransferEncoding = "malformed-transfer-encoding"
    case repeatedTransferEncoding = "repeated-transfer-encoding"
    case unknownTransferCoding = "unknown-transfer-coding"
    case transferEncodingInHTTP10 = "transfer-encoding-in-http-1.0"
    case lengthAndTransferEncoding = "length-and-transfer-encoding"
    // Chunks
    case malformedChunkSize = "malformed-chunk-size"
    case malformedChunkExtension = "malformed-chunk-extension"
    case chunkLineTooLong = "chunk-line-too-long"
    case unterminatedChunk = "unterminated-chunk"
    case excessiveChunkFraming = "excessive-chunk-framing"
    case trailerTooLarge = "trailer-too-large"
    case forbiddenTrailer = "forbidden-trailer"
    // The query
    case repeatedParameter = "repeated-parameter"

    /// The stable name of the fault.
    package var code: String { rawValue }

    /// What a server answers.
    package var status: HTTPStatus {
        switch self {
        case .targetTooLong: .uriTooLong
        case .headTooLarge, .tooManyFields, .trailerTooLarge: .headerFieldsTooLarge
        case .contentTooLarge: .contentTooLarge
        case .expectationFailed: .expectationFailed
        case .methodTooLong, .connectNotSupported, .unknownTransferCoding: .notImplemented
        case .unsupportedVersion: .versionNotSupported
        case .malformedStatusLine: .badGateway
        case .malformedRequestLine, .invalidMethod, .invalidTarget, .fragmentInTarget, .malformedEscape,
            .malformedVersion, .bareLineFeed, .bareCarriageReturn, .controlByte, .foldedField, .whitespaceInFieldName,
            .emptyFieldName, .invalidFieldName, .missingColon, .missingHost, .repeatedHost, .invalidHost,
            .malformedConnection, .malformedContentLength, .repeatedContentLength, .malformedTransferEncoding,
            .repeatedTransferEncoding, .transferEncodingInHTTP10, .lengthAndTransferEncoding, .malformedChunkSize,
            .malformedChunkExtension, .chunkLineTooLong, .unterminatedChunk, .excessiveChunkFraming, .forbiddenTrailer,
            .repeatedParameter:
            .badRequest
        }
    }

    /// The fault of a control byte other than tab; those that end lines for careless parsers have names of their own.
    static func control(_ byte: UInt8) -> HTTPFault {
        switch byte {
        case .carriageReturn: .bareCarriageReturn
        case .lineFeed: .bareLineFeed
        default: .controlByte
        }
    }
}
