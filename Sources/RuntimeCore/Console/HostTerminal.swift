package import Linux
package import OCI

/// The caller's terminal. It gets back the settings that it had when this value goes, however that comes about.
package struct HostTerminal: ~Copyable {
    /// Of /dev/tty, where no standard stream is a terminal.
    private let opened: FileDescriptor?
    private let descriptor: BorrowedDescriptor
    private var raw: RawMode?

    /// `ENOTTY` for what is no terminal.
    package init(_ descriptor: BorrowedDescriptor) throws(Errno) {
        _ = try TerminalSettings(of: descriptor)
        opened = nil
        self.descriptor = descriptor
    }

    private init(owning file: consuming FileDescriptor) throws(Errno) {
        let number = file.borrowed
        _ = try TerminalSettings(of: number)
        descriptor = number
        opened = consume file
    }

    /// While `opened` is still there.
    deinit { raw?.restore() }

    /// The first standard stream that is a terminal; where all are redirected, the controlling one.
    package static func find() throws(RuntimeError) -> HostTerminal {
        for stream in [BorrowedDescriptor.standardError, .standardOutput, .standardInput] {
            do { return try HostTerminal(stream) } catch { continue }
        }
        let file = try attempt("open /dev/tty") { () throws(Errno) in
            try BorrowedDescriptor.currentDirectory.open("/dev/tty", .read)
        }
        do { return try HostTerminal(owning: file) } catch {
            throw RuntimeError(.kernel, "unable to get console", errno: error)
        }
    }

    /// Keys go to the container as they are typed, ^C too.
    package mutating func makeRaw() throws(RuntimeError) {
        try attempt("failed to set the terminal from the stdin") { () throws(Errno) in
            raw = try RawMode(descriptor, processingOutput: true)
        }
    }

    /// For the container's terminal at its making: a size that came later would signal its process (SIGWINCH).
    package var size: Process.ConsoleSize? {
        do {
            let size = try descriptor.windowSize()
            return Process.ConsoleSize(height: UInt32(size.rows), width: UInt32(size.columns))
        } catch { return nil }
    }

    /// Gives `terminal` the size of this one. It may have gone meanwhile, which is no reason to stop.
    package func copySize(to terminal: borrowing some Descriptor & ~Copyable) {
        do { try terminal.setWindowSize(descriptor.windowSize()) } catch { return }
    }
}
