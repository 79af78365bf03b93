internal import CLinux

/// A signal by number, signal(7).
package struct Signal: Equatable, Hashable, Sendable {
    package let number: Int32
    package init(_ number: Int32) { self.number = number }

    package static let hangUp = Signal(1)
    package static let interrupt = Signal(2)
    package static let quit = Signal(3)
    package static let kill = Signal(9)
    package static let pipe = Signal(13)
    package static let terminate = Signal(15)
    package static let child = Signal(17)
    package static let stop = Signal(19)
    package static let fileSize = Signal(25)
    package static let windowChange = Signal(28)

    /// asm-generic/signal.h in its order: the index is the number less 1.
    package static let names: [String] = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
        "WINCH", "IO", "PWR", "SYS",
    ]

    /// Other names for the same numbers.
    private static let synonyms: [(name: String, number: Int32)] = [
        ("IOT", 6), ("CLD", 17), ("POLL", 29),
    ]

    /// `KILL`, `SIGKILL` or `9`, in capitals or small letters; 0 to 64 as a number.
    package init?(parsing text: String) {
        if let number = Int32(text) {
            guard (0...64).contains(number) else { return nil }
            self.number = number
            return
        }
        var name = text.uppercased()
        if name.hasPrefix("SIG") { name.removeFirst(3) }
        if let index = Signal.names.firstIndex(of: name) {
            number = Int32(index + 1)
        } else if let synonym = Signal.synonyms.first(where: { $0.name == name }) {
            number = synonym.number
        } else {
            return nil
        }
    }

    /// `SIGKILL`; `signal 40` for one without a name.
    package var name: String {
        let index = Int(number) - 1
        return Signal.names.indices.contains(index) ? "SIG" + Signal.names[index] : "signal \(number)"
    }

    /// The C library's words with a small first letter: `killed`, `segmentation fault`.
    package var words: String {
        guard let text = unsafe clinux_signal_description(number) else { return "signal \(number)" }
        let words = unsafe String(cString: text)
        return words.prefix(1).lowercased() + words.dropFirst()
    }

    /// pidfd_send_signal(2): to that process, never to a later one with its number.
    package func send(to pidfd: borrowing some Descriptor & ~Copyable) throws(Errno) {
        let target = pidfd.rawValue
        _ = try check { clinux_pidfd_send_signal(target, number) }
    }

    /// From here on SIGHUP, SIGINT, SIGQUIT and SIGTERM end this process, also as PID 1 of a namespace, with 128 and
    /// the signal's number, and SIGPIPE does nothing; execve(2) takes the handlers away.
    package static func exitOnTermination() { clinux_exit_on_termination() }

    /// Gives the signal its default action, which a caller may have turned off: with SIGCHLD ignored no exit status
    /// can be had.
    package func restoreDefault() throws(Errno) {
        _ = try check { clinux_signal_disposition(number, 0) }
    }

    /// `SIG_IGN`. Programs that `Command` starts have the default again.
    package func ignore() throws(Errno) {
        _ = try check { clinux_signal_disposition(number, 1) }
    }
}

/// A set of signals.
package struct SignalSet: OptionSet, Sendable {
    /// Bit N - 1 is signal N.
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
    package init(_ signal: Signal) { rawValue = 1 << UInt64(signal.number - 1) }

    /// All that can be blocked but the two that the C library keeps to itself (nptl(7): 32 and 33).
    package static let every = SignalSet(rawValue: ~0).subtracting([
        SignalSet(.kill), SignalSet(.stop), SignalSet(Signal(32)), SignalSet(Signal(33)),
    ])

    /// Blocks the set (`sigprocmask(2)`); what was blocked before.
    @discardableResult
    package func block() throws(Errno) -> SignalSet { try mask(0) }

    /// Blocks these signals and no other.
    @discardableResult
    package func setMask() throws(Errno) -> SignalSet { try mask(2) }

    private func mask(_ how: CInt) throws(Errno) -> SignalSet {
        var before: UInt64 = 0
        _ = try check { unsafe clinux_sigmask(how, rawValue, &before) }
        return SignalSet(rawValue: before)
    }

    /// What execve(2) should find: every signal unblocked and at its default.
    package static func restoreAll() throws(Errno) {
        clinux_default_signals()
        try SignalSet([]).setMask()
    }
}

/// signalfd(2), not blocking. The set has to be blocked.
package struct SignalQueue: ~Copyable {
    package let descriptor: FileDescriptor

    package init(_ set: SignalSet) throws(Errno) {
        descriptor = FileDescriptor(owning: try check { clinux_signalfd(set.rawValue) })
    }

    /// The next signal and its sender's pid (0: the kernel); nil when none waits.
    package borrowing func next() throws(Errno) -> (signal: Signal, sender: Int32)? {
        var sender: CInt = 0
        do {
            let number = try check { unsafe clinux_read_signal(descriptor.rawValue, &sender) }
            return (Signal(number), sender)
        } catch {
            if error == .again { return nil }
            throw error
        }
    }
}
