internal import Cgroups
internal import Linux
internal import OCI

/// What the parent has to do when the child reports; the driver of the handshake of spec/handshake.md.
protocol ParentSide: ~Copyable {
    /// The mounts are made: limits, and hooks of the runtime's namespaces. True when the child waits for that.
    mutating func prepared() throws(RuntimeError) -> Bool
    /// `exec`: the process whose end is an end of the conversation although another one holds the socket, too.
    var maker: BorrowedDescriptor? { get }
    /// `exec`: the process that is to run; the one that has been spoken with so far is about to end.
    mutating func spawned(_ process: consuming ChildProcess) throws(RuntimeError)
    /// The master of the container's terminal has come.
    mutating func console(_ master: consuming FileDescriptor) throws(RuntimeError)
    /// Everything that can be reported has been done: record the container.
    mutating func ready() throws(RuntimeError)
}

enum Conversation {
    private static func descriptor(of received: inout ParentChannel.Received) throws(RuntimeError) -> FileDescriptor {
        guard let descriptor = received.takeDescriptor() else {
            throw RuntimeError(.kernel, "the container's init sent a message without its descriptor")
        }
        return descriptor
    }

    /// Answers the child until it has closed its end behind `ready`.
    static func hold(
        _ channel: borrowing ParentChannel,
        with side: inout some ParentSide & ~Copyable
    ) throws(RuntimeError) {
        var isReady = false
        while true {
            if let maker = side.maker { try channel.awaitMessage(orEndOf: maker) }
            var received = try channel.receive()
            guard let message = received.message else {
                if isReady { return }
                throw RuntimeError(.kernel, "the container's init ended before it was ready")
            }
            isReady = isReady || message == .ready
            if try answers(message, &received, &side) { try channel.tell(.proceed) }
        }
    }

    /// Does what the message asks for; true when the child waits for a `proceed`.
    private static func answers(
        _ message: ChildMessage,
        _ received: inout ParentChannel.Received,
        _ side: inout some ParentSide & ~Copyable
    ) throws(RuntimeError) -> Bool {
        switch message {
        case .prepared: return try side.prepared()
        case .console:
            try side.console(try descriptor(of: &received))
            return false
        case .spawned(let pid):
            try side.spawned(ChildProcess(adopting: pid, pidfd: try descriptor(of: &received)))
            return true
        case .ready:
            try side.ready()
            return true
        case .failed(let error): throw error
        }
    }
}
