internal import Linux
internal import OCI

/// What a parent tells its child.
enum ParentMessage: Equatable {
    case proceed
    /// The compiled seccomp program: it is made while the child mounts.
    case filter([UInt8])

    private static let proceedKind: UInt8 = 1
    private static let filterKind: UInt8 = 2

    var frame: [UInt8] {
        switch self {
        case .proceed: [ParentMessage.proceedKind]
        case .filter(let bytes): [ParentMessage.filterKind] + bytes
        }
    }

    init?(frame: [UInt8]) {
        switch frame.first {
        case ParentMessage.proceedKind: self = .proceed
        case ParentMessage.filterKind: self = .filter(Array(frame.dropFirst()))
        default: return nil
        }
    }
}

/// The parent's end.
struct ParentChannel: ~Copyable {
    private let socket: HandshakeSocket

    init(_ socket: consuming HandshakeSocket) { self.socket = socket }

    borrowing func tell(_ message: ParentMessage) throws(RuntimeError) {
        do { try socket.send(message.frame) } catch {
            // The child has failed; its own report is still to be read.
            if error != .brokenPipe { throw RuntimeError(.kernel, "write to the container's init", errno: error) }
        }
    }

    /// Waits for a message; throws when the process has ended and there is none.
    borrowing func awaitMessage(orEndOf process: BorrowedDescriptor) throws(RuntimeError) {
        let number = socket.borrowed
        let hasMessage = try attempt("hear from the container's init") { () throws(Errno) in
            var entries = [PollEntry(number, .input), PollEntry(process, .input)]
            try PollEntry.wait(&entries)
            return !entries[0].returned.isEmpty
        }
        if !hasMessage { throw RuntimeError(.kernel, "the container's init ended before it was ready") }
    }

    /// A message, and the terminal that may come with it.
    struct Received: ~Copyable {
        /// nil: the child has closed its end, which after `ready` means that it is on its way to execve(2).
        let message: ChildMessage?
        var descriptor: FileDescriptor?

        mutating func takeDescriptor() -> FileDescriptor? { descriptor.take() }
    }

    borrowing func receive() throws(RuntimeError) -> Received {
        var received = try attempt("hear from the container's init") { () throws(Errno) in try socket.receive() }
        if received.bytes.isEmpty { return Received(message: nil, descriptor: nil) }
        guard let message = ChildMessage(frame: received.bytes) else {
            throw RuntimeError(.kernel, "the container's init sent a message that is none")
        }
        return Received(message: message, descriptor: received.takeDescriptor())
    }
}

/// The child's end.
struct ChildChannel: ~Copyable {
    private let socket: HandshakeSocket
    private var filter: [UInt8]?

    init(_ socket: consuming HandshakeSocket) { self.socket = socket }

    var descriptor: BorrowedDescriptor { socket.borrowed }

    borrowing func tell(_ message: ChildMessage, descriptor: BorrowedDescriptor? = nil) throws(RuntimeError) {
        try attempt("tell the runtime") { () throws(Errno) in try socket.send(message.frame, descriptor: descriptor) }
    }

    /// Waits for `proceed`; throws when the parent is gone.
    mutating func awaitParent() throws(RuntimeError) {
        while try receive() != .proceed {}
    }

    /// The filter, which may have come before.
    mutating func awaitFilter() throws(RuntimeError) -> [UInt8] {
        while filter == nil { _ = try receive() }
        return filter ?? []
    }

    private mutating func receive() throws(RuntimeError) -> ParentMessage {
        let received = try attempt("wait for the runtime") { () throws(Errno) in try socket.receive() }
        if received.bytes.isEmpty { throw RuntimeError(.kernel, "the runtime went away") }
        guard let message = ParentMessage(frame: received.bytes) else {
            throw RuntimeError(.kernel, "the runtime sent a message that is none")
        }
        if case .filter(let bytes) = message { filter = bytes }
        return message
    }
}
