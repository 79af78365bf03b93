internal import Linux
package import OCI

/// What a child tells its parent. The picture is in spec/handshake.md.
package enum ChildMessage: Equatable, Sendable {
    /// The mounts are made and the old root is still there: limits and the runtime's hooks are due.
    case prepared
    /// `exec`: the process that is to run, by its number on the host and a pidfd by SCM_RIGHTS; the sender ends. It
    /// waits for `proceed`.
    case spawned(pid: Int32)
    /// The master of the container's terminal, by SCM_RIGHTS.
    case console
    /// All but the last, unreported steps are done: the state may be written.
    case ready
    /// A step failed; the child ends.
    case failed(RuntimeError)
}

extension ChildMessage {
    private enum Kind: UInt8 { case prepared = 1, console, ready, failed, spawned }

    /// `[kind u8]`, and for a failure `[error kind u8][errno u32 little endian][trail, parted by NUL]`.
    var frame: [UInt8] {
        switch self {
        case .prepared: return [Kind.prepared.rawValue]
        case .console: return [Kind.console.rawValue]
        case .ready: return [Kind.ready.rawValue]
        case .spawned(let pid): return [Kind.spawned.rawValue] + UInt32(bitPattern: pid).littleEndianBytes
        case .failed(let error):
            let number = UInt32(bitPattern: error.errno?.rawValue ?? 0)
            var bytes = [Kind.failed.rawValue, error.kind.rawValue] + number.littleEndianBytes
            bytes += Array(error.trail.joined(separator: "\0").utf8).prefix(HandshakeSocket.capacity - bytes.count)
            return bytes
        }
    }

    init?(frame: [UInt8]) {
        guard let first = frame.first, let kind = Kind(rawValue: first) else { return nil }
        switch kind {
        case .prepared: self = .prepared
        case .console: self = .console
        case .ready: self = .ready
        case .spawned:
            guard let pid = UInt32(littleEndianBytes: frame.dropFirst()) else { return nil }
            self = .spawned(pid: Int32(bitPattern: pid))
        case .failed:
            guard let error = RuntimeError(frame: frame.dropFirst()) else { return nil }
            self = .failed(error)
        }
    }
}

extension UInt32 {
    fileprivate var littleEndianBytes: [UInt8] {
        [0, 8, 16, 24].map { (shift: UInt32) in UInt8(truncatingIfNeeded: self >> shift) }
    }

    /// From the first four of `bytes`; nil where there are fewer.
    fileprivate init?(littleEndianBytes bytes: ArraySlice<UInt8>) {
        guard bytes.count >= 4 else { return nil }
        self = bytes.prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension RuntimeError {
    /// The part of a `failed` frame that follows its kind.
    fileprivate init?(frame: ArraySlice<UInt8>) {
        guard frame.count >= 5, let kind = Kind(rawValue: frame[frame.startIndex]) else { return nil }
        guard let number = UInt32(littleEndianBytes: frame.dropFirst()) else { return nil }
        let parts = frame.dropFirst(5).split(separator: 0, omittingEmptySubsequences: false)
        let trail = parts.map { String(decoding: $0, as: UTF8.self) }
        self.init(kind, trail: trail, errno: number == 0 ? nil : Errno(CInt(bitPattern: number)))
    }
}
