internal import CLinux

/// Rows and columns of a terminal.
package struct WindowSize: Equatable, Sendable {
    package var rows: UInt16
    package var columns: UInt16

    package init(rows: UInt16, columns: UInt16) {
        self.rows = rows
        self.columns = columns
    }
}

/// The settings of a terminal, termios(3).
package struct TerminalSettings: Sendable {
    private var value: clinux_termios

    /// `ENOTTY` for what is no terminal.
    package init(of descriptor: borrowing some Descriptor & ~Copyable) throws(Errno) {
        var value = clinux_termios()
        let number = descriptor.rawValue
        _ = try check { unsafe clinux_tcgetattr(number, &value) }
        self.value = value
    }

    package func apply(to descriptor: borrowing some Descriptor & ~Copyable) throws(Errno) {
        var copy = value
        let number = descriptor.rawValue
        _ = try check { unsafe clinux_tcsetattr(number, &copy) }
    }

    private static let outputProcessing: UInt32 = 0o1
    private static let newlineToReturn: UInt32 = 0o4
    private static let localEcho: UInt32 = 0o10
    private static let canonical: UInt32 = 0o2

    /// cfmakeraw(3); with `processingOutput` for another side that writes bare newlines.
    package func raw(processingOutput: Bool) -> TerminalSettings {
        var result = self
        unsafe clinux_make_raw(&result.value)
        if processingOutput { result.value.output |= TerminalSettings.outputProcessing }
        return result
    }

    /// `ONLCR`: a newline is written as carriage return and newline.
    package var addsCarriageReturn: Bool {
        get { value.output & TerminalSettings.newlineToReturn != 0 }
        set {
            value.output &= ~TerminalSettings.newlineToReturn
            if newValue { value.output |= TerminalSettings.newlineToReturn }
        }
    }

    package var echoes: Bool { value.local & TerminalSettings.localEcho != 0 }
    package var isCanonical: Bool { value.local & TerminalSettings.canonical != 0 }
    package var processesOutput: Bool { value.output & TerminalSettings.outputProcessing != 0 }
}

extension Descriptor where Self: ~Copyable {
    /// `TIOCGWINSZ`.
    package borrowing func windowSize() throws(Errno) -> WindowSize {
        var size = WindowSize(rows: 0, columns: 0)
        _ = try check { unsafe clinux_get_window_size(rawValue, &size.rows, &size.columns) }
        return size
    }

    /// `TIOCSWINSZ`: the terminal's foreground process group gets SIGWINCH.
    package borrowing func setWindowSize(_ size: WindowSize) throws(Errno) {
        _ = try check { clinux_set_window_size(rawValue, size.rows, size.columns) }
    }

    /// `TIOCSCTTY`: the terminal becomes the one that controls this process's session.
    package borrowing func becomeControllingTerminal() throws(Errno) {
        _ = try check { clinux_set_controlling_terminal(rawValue) }
    }

    /// dup3(2) without CLOEXEC: `number` is this open file from now on.
    package borrowing func install(as number: CInt) throws(Errno) {
        if rawValue == number { return try setCloseOnExec(false) }
        _ = try check { clinux_dup3(rawValue, number, 0) }
    }

    /// Whether the descriptor ends with execve(2); `EBADF` where there is none.
    package borrowing func isCloseOnExec() throws(Errno) -> Bool {
        try check { clinux_fcntl(rawValue, 1, 0) } & 1 != 0
    }

    /// `O_NONBLOCK` by fcntl(2). It belongs to the open file, so whoever shares it has it, too.
    package borrowing func setNonBlocking() throws(Errno) {
        let flags = try check { clinux_fcntl(rawValue, 3, 0) }
        _ = try check { clinux_fcntl(rawValue, 4, Int(flags | 0o4000)) }
    }
}

/// Both ends of a pty, pty(7).
package struct PseudoTerminal: ~Copyable {
    package var master: FileDescriptor
    package var peer: FileDescriptor

    /// Makes a pair from an open `ptmx`. The peer comes by `TIOCGPTPEER`, not by a path that a mount could have turned
    /// elsewhere (CVE-2025-52565).
    package init(multiplexer: consuming FileDescriptor) throws(Errno) {
        let number = multiplexer.rawValue
        _ = try check { clinux_unlock_pty(number) }
        peer = FileDescriptor(owning: try check { clinux_pty_peer(number) })
        master = multiplexer
    }

    /// A pair of the host's devpts.
    package init() throws(Errno) {
        let here = BorrowedDescriptor.currentDirectory
        try self.init(multiplexer: try here.open("/dev/ptmx", [.readWrite, .noControllingTerminal]))
    }

    /// N of /dev/pts/N.
    package var number: Int32 {
        get throws(Errno) { try check { clinux_pty_number(master.rawValue) } }
    }

    /// Closes the peer, and gives the master's number away.
    package consuming func keepMaster() -> CInt {
        let kept = master
        return kept.release()
    }
}
