internal import Linux
package import OCI

/// The three streams of a process in the foreground (spec/process.md PR-20).
///
/// A pipe of the caller's, and /dev/null, go to the process as they are: nothing has to be copied, and the reader sees
/// the end when the last writer is gone. Anything else, above all a terminal, stays with the runtime, which copies
/// through a pipe: a process that holds the caller's terminal can type into it.
package struct ForegroundStreams {
    private var ends: [End] = []

    private final class End {
        let child: BorrowedDescriptor
        let pump: Pump
        /// Closed when the process has its copy.
        var childOwner: FileDescriptor?
        /// Closed when the pump has ended.
        var parentOwner: FileDescriptor?

        init(passing stream: BorrowedDescriptor) {
            child = stream
            pump = .none
        }

        init(_ pipe: consuming Pipe, isInput: Bool, stream: BorrowedDescriptor) {
            let (reader, writer) = (pipe.readEnd.borrowed, pipe.writeEnd.borrowed)
            child = isInput ? reader : writer
            pump = isInput ? Pump(from: stream, to: writer) : Pump(from: reader, to: stream)
            let numbers = pipe.release()
            childOwner = FileDescriptor(owning: isInput ? numbers.read : numbers.write)
            parentOwner = FileDescriptor(owning: isInput ? numbers.write : numbers.read)
        }
    }

    /// `user` and `group` are the host's numbers for the container's root.
    package init(user: UInt32, group: UInt32) throws(RuntimeError) {
        for stream in [BorrowedDescriptor.standardInput, .standardOutput, .standardError] {
            ends.append(try ForegroundStreams.end(for: stream, user: user, group: group))
        }
    }

    private static func end(
        for stream: BorrowedDescriptor,
        user: UInt32,
        group: UInt32
    ) throws(RuntimeError) -> End {
        try attempt("set up the process's pipes") { () throws(Errno) in
            if try passes(stream, user: user, group: group) { return End(passing: stream) }
            let pipe = try Pipe()
            try pipe.readEnd.changeOwner(user: user, group: group)
            return End(pipe, isInput: stream == .standardInput, stream: stream)
        }
    }

    private static let pipefsMagic: UInt32 = 0x5049_5045

    /// A fifo with a name is not passed: its owner would change for all to see.
    private static func passes(_ stream: BorrowedDescriptor, user: UInt32, group: UInt32) throws(Errno) -> Bool {
        let status = try stream.status()
        if status.isNull { return true }
        guard status.kind == .fifo, try stream.fileSystemType() == pipefsMagic else { return false }
        if status.user == user { return true }
        do { try stream.changeOwner(user: user, group: group) } catch { return false }
        return true
    }

    /// Makes them the calling process's standard streams: for the child.
    package func install() throws(RuntimeError) {
        try attempt("dup standard streams") { () throws(Errno) in
            try StandardStreams.install(ends[0].child, ends[1].child, ends[2].child)
        }
    }

    /// What the parent has to copy, in the order of the streams.
    package var pumps: [Pump] { ends.map { $0.pump } }

    /// The process has its ends: without this an end of file would never come.
    package func closeChildEnds() {
        for end in ends { end.childOwner = nil }
    }

    /// The pump of stream `index` has ended: the process sees an end of its input, or a broken pipe.
    package func closeParentEnd(_ index: Int) { ends[index].parentOwner = nil }
}
