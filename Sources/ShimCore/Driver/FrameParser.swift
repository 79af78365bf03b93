internal import Linux
internal import ShimProtocol

/// What a client sends, frame after frame. The connection reads what is `wanted` and no more, so nothing is ever left
/// over that would have to be kept for later.
struct FrameParser {
    private enum State {
        case header([UInt8])
        case payload(FrameHeader, gathered: [UInt8])
        /// The rest of a STDIN: passed on as it comes.
        case input(rest: Int)
    }

    private var state = State.header([])

    /// What a read came to.
    enum Piece: Equatable {
        /// Not the end of a frame yet.
        case part
        case request([UInt8])
        /// The bytes themselves are the container's.
        case input
        case inputEnd
        case resize(rows: UInt16, columns: UInt16)
    }

    /// Bytes until the next decision.
    var wanted: Int {
        switch state {
        case .header(let bytes): FrameHeader.size - bytes.count
        case .payload(let header, let gathered): header.length - gathered.count
        case .input(let rest): rest
        }
    }

    /// What comes next is the container's.
    var expectsInput: Bool {
        if case .input = state { true } else { false }
    }

    /// The payload that a frame of which the header is here will have; 0 between frames and for the streams' bytes.
    var gathers: Int {
        if case .payload(let header, _) = state { header.length } else { 0 }
    }

    /// `bytes`: at most `wanted`, at least one.
    mutating func take(_ bytes: [UInt8]) throws(ProtocolError) -> Piece {
        switch state {
        case .header(let before): return try take(header: before + bytes)
        case .payload(let header, var gathered):
            // The one reference: what is there grows, and is not copied.
            state = .header([])
            gathered += bytes
            guard gathered.count == header.length else {
                state = .payload(header, gathered: gathered)
                return .part
            }
            return finish(header, gathered)
        case .input:
            takeInput(bytes.count)
            return .input
        }
    }

    /// `count` bytes of a STDIN were read.
    mutating func takeInput(_ count: Int) {
        guard case .input(let rest) = state else { return }
        state = rest > count ? .input(rest: rest - count) : .header([])
    }

    private mutating func take(header bytes: [UInt8]) throws(ProtocolError) -> Piece {
        guard bytes.count == FrameHeader.size else {
            state = .header(bytes)
            return .part
        }
        state = .header([])
        let header = try FrameHeader(bytes[...])
        guard header.kind.isClients else { throw .malformed("a frame of type \(header.kind.rawValue) from a client") }
        if header.length == 0 { return finish(header, []) }
        state = header.kind == .standardInput ? .input(rest: header.length) : .payload(header, gathered: [])
        return .part
    }

    private func finish(_ header: FrameHeader, _ payload: [UInt8]) -> Piece {
        switch header.kind {
        case .standardInput: .part
        case .standardInputEnd: .inputEnd
        case .resize:
            .resize(
                rows: UInt16(payload[0]) | UInt16(payload[1]) << 8,
                columns: UInt16(payload[2]) | UInt16(payload[3]) << 8
            )
        default: .request(payload)
        }
    }
}
