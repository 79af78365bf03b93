/// What a frame is, spec/shim.md SM-41.
package enum FrameKind: UInt8, CaseIterable, Sendable {
    case request = 1
    case reply
    case error
    case standardInput
    case standardInputEnd
    case resize
    case standardOutput
    case standardError
    case dropped
    case detached
    case exit

    /// The longest payload in bytes. A longer one is not read, whoever sends it.
    package var limit: Int {
        switch self {
        case .request, .reply: 1 << 20
        case .error, .exit, .standardInput, .standardOutput, .standardError: 64 << 10
        case .resize: 4
        case .dropped: 8
        case .standardInputEnd, .detached: 0
        }
    }

    /// The payload has exactly `limit` bytes.
    private var isFixed: Bool {
        switch self {
        case .resize, .dropped, .standardInputEnd, .detached: true
        default: false
        }
    }

    /// Whether a client may send it.
    package var isClients: Bool {
        switch self {
        case .request, .standardInput, .standardInputEnd, .resize: true
        default: false
        }
    }

    fileprivate func allows(_ length: Int) -> Bool { isFixed ? length == limit : length <= limit }
}

/// The eight bytes before each payload: version, type, two zeros, length in little-endian order.
package struct FrameHeader: Equatable, Sendable {
    package static let size = 8
    package static let version: UInt8 = 1

    package let kind: FrameKind
    /// Bytes of payload.
    package let length: Int

    package init(_ kind: FrameKind, length: Int) {
        self.kind = kind
        self.length = length
    }

    /// - Throws: `protocol` for what no version 1 frame begins with.
    package init(_ bytes: ArraySlice<UInt8>) throws(ProtocolError) {
        let bytes = Array(bytes)
        guard bytes.count == FrameHeader.size else { throw .malformed("a header of \(bytes.count) bytes") }
        guard bytes[0] == FrameHeader.version else { throw .malformed("version \(bytes[0]), not 1") }
        guard let kind = FrameKind(rawValue: bytes[1]) else { throw .malformed("no frame of type \(bytes[1])") }
        guard bytes[2] == 0, bytes[3] == 0 else { throw .malformed("bytes 2 and 3 of the header are not zero") }
        let length = bytes[4...].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard kind.allows(length) else { throw .malformed("\(length) bytes in a frame of type \(kind.rawValue)") }
        self.kind = kind
        self.length = length
    }

    /// The eight bytes as one number in little-endian order.
    package var word: UInt64 {
        UInt64(FrameHeader.version) | UInt64(kind.rawValue) << 8 | UInt64(UInt32(truncatingIfNeeded: length)) << 32
    }

    package var bytes: [UInt8] { (0..<FrameHeader.size).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
}

/// A whole frame: for all but the streams' bytes, which are not gathered.
package struct Frame: Equatable, Sendable {
    package let kind: FrameKind
    package let payload: [UInt8]

    package init(_ kind: FrameKind, _ payload: [UInt8] = []) {
        self.kind = kind
        self.payload = payload
    }

    package var bytes: [UInt8] { FrameHeader(kind, length: payload.count).bytes + payload }

    package static func dropped(_ count: UInt64) -> Frame {
        Frame(.dropped, (0..<8).map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) })
    }

    package static func resize(rows: UInt16, columns: UInt16) -> Frame {
        Frame(.resize, [rows, columns].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
    }
}
