internal import CLinux

/// How a process ended, as wait(2) has it.
package struct WaitStatus: Equatable, Sendable {
    package let rawValue: Int32
    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// `si_code` of a process that called exit(2), that a signal ended, and that a signal ended with a core dump.
    private static let (exited, dumped): (CInt, CInt) = (1, 3)

    /// From what waitid(2) reports: `si_code` and `si_status`.
    package init(code: CInt, status: CInt) {
        switch code {
        case WaitStatus.exited: rawValue = (status & 0xff) << 8
        case WaitStatus.dumped: rawValue = status & 0x7f | 0x80
        default: rawValue = status & 0x7f
        }
    }

    package static func exited(_ code: Int32) -> WaitStatus { WaitStatus(rawValue: (code & 0xff) << 8) }
    package static func signaled(_ signal: Int32) -> WaitStatus { WaitStatus(rawValue: signal & 0x7f) }

    /// The signal that ended it; nil where it ended by itself.
    package var signal: Int32? {
        let number = rawValue & 0x7f
        return number == 0 ? nil : number
    }

    package var coreDumped: Bool { rawValue & 0x80 != 0 }

    /// What a shell would report: the code, or 128 and the signal.
    package var shellCode: Int32 { signal.map { 128 + $0 } ?? (rawValue >> 8) & 0xff }

    package var isSuccess: Bool { rawValue == 0 }
}

extension Wait {
    /// Whether a process is a child of this one, ended or not. It is left as it is.
    package static func isChild(_ pid: Int32) -> Bool {
        var (code, status): (CInt, CInt) = (0, 0)
        let leaveWaitable: CInt = 0x0100_0000
        return unsafe clinux_waitid(pid, exited | noHang | leaveWaitable, &code, &status) >= 0
    }

    /// Reaps one child that has ended, whichever; nil when there is none.
    package static func reapEnded() throws(Errno) -> (pid: Int32, status: WaitStatus)? {
        var (code, status): (CInt, CInt) = (0, 0)
        let pid: CInt
        do {
            pid = try check { unsafe clinux_waitid(-1, exited | noHang, &code, &status) }
        } catch {
            if error == .noChild { return nil }
            throw error
        }
        return pid == 0 ? nil : (pid, WaitStatus(code: code, status: status))
    }
}

extension Pidfd {
    /// How a process ended that is somebody else's child (`PIDFD_GET_INFO`, Linux 6.15). `noData` until its parent has
    /// waited for it, `notTerminal` (`ENOTTY`) or `invalid` where the kernel cannot tell.
    package static func exitStatus(of pidfd: borrowing some Descriptor & ~Copyable) throws(Errno) -> WaitStatus {
        var status: CInt = 0
        _ = try check { unsafe clinux_pidfd_exit_status(pidfd.rawValue, &status) }
        return WaitStatus(rawValue: status)
    }
}
