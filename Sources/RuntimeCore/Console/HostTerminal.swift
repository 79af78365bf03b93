package import Linux
package import OCI

/// The caller's terminal. It gets back the settings that it had when this value goes, however that comes about.
package struct HostTerminal: ~Copyable {
    /// Of /dev/tty, where no standard stream is a terminal.
    private let opened: FileDescriptor?
    private let descriptor: BorrowedDescriptor
    private let settings: TerminalSettings
    private var isRaw = false

    /// `ENOTTY` for what is no terminal.
    package init(_ descriptor: BorrowedDescriptor) throws(Errno) {
        settings = try TerminalSettings(of: descriptor)
        opened = nil
        self.descriptor = descriptor
    }

    private init(owning file: consuming FileDescriptor) throws(Errno) {
        let number = file.borrowed
        settings = try TerminalSettings(of: number)
        descriptor = number
        opened = consume file
    }

    deinit {
        if !isRaw { return }
        do { try settings.apply(to: descriptor) } catch {
            // The terminal has gone: there is nothing left to restore.
            return
        }
    }

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
            try settings.raw.apply(to: descriptor)
        }
        isRaw = true
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
