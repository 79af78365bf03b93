internal import CLinux

/// Namespace bits of clone3(2), unshare(2) and setns(2).
package struct Namespaces: OptionSet, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let mount = Namespaces(rawValue: 0x0002_0000)
    package static let cgroup = Namespaces(rawValue: 0x0200_0000)
    package static let uts = Namespaces(rawValue: 0x0400_0000)
    package static let ipc = Namespaces(rawValue: 0x0800_0000)
    package static let pid = Namespaces(rawValue: 0x2000_0000)
    package static let network = Namespaces(rawValue: 0x4000_0000)

    /// unshare(2).
    package func unshare() throws(Errno) {
        _ = try check { clinux_unshare(CInt(truncatingIfNeeded: rawValue)) }
    }

    /// setns(2): `descriptor` is a namespace file, or a pidfd (Linux 5.8) for several at once.
    package func join(_ descriptor: borrowing some Descriptor & ~Copyable) throws(Errno) {
        _ = try check { clinux_setns(descriptor.rawValue, CInt(truncatingIfNeeded: rawValue)) }
    }
}

/// How a process ended (`waitid(2)`).
package enum ExitStatus: Equatable, Sendable {
    case exited(Int32)
    case signaled(Int32)

    /// What a shell would report: the code, or 128 and the signal.
    package var shellCode: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }

    /// From `si_code` and `si_status`; CLD_EXITED is 1.
    init(code: CInt, status: CInt) {
        self = code == 1 ? .exited(status) : .signaled(status)
    }
}

/// A child that nobody has waited for yet: unless it is released it does not outlive its owner.
@frozen public struct ChildProcess: ~Copyable {
    @usableFromInline package let pid: Int32
    @usableFromInline let pidfdNumber: CInt

    fileprivate init(pid: Int32, pidfd: CInt) {
        self.pid = pid
        self.pidfdNumber = pidfd
    }

    /// A child that a child of this process made by `cloneSibling`.
    package init(adopting pid: Int32, pidfd: consuming FileDescriptor) {
        self.init(pid: pid, pidfd: pidfd.release())
    }

    @inlinable deinit { endChild(pidfdNumber) }

    package var pidfd: BorrowedDescriptor { BorrowedDescriptor(pidfdNumber) }

    /// Lets the child live on; the caller owns the pidfd.
    package consuming func release() -> FileDescriptor {
        let number = pidfdNumber
        discard self
        return FileDescriptor(owning: number)
    }

    /// Waits for the end, and reaps.
    package consuming func wait() throws(Errno) -> ExitStatus {
        let number = pidfdNumber
        discard self
        let pidfd = FileDescriptor(owning: number)
        return try Wait.forEnd(of: pidfd)
    }
}

/// For the deinit, which other modules inline: kills and reaps.
@usableFromInline
func endChild(_ pidfdNumber: CInt) {
    _ = clinux_pidfd_send_signal(pidfdNumber, 9)
    var code: CInt = 0
    var status: CInt = 0
    _ = unsafe clinux_waitid_pidfd(pidfdNumber, Wait.exited, &code, &status)
    _ = clinux_close(pidfdNumber)
}

/// waitid(2).
package enum Wait {
    /// `WEXITED`
    static let exited: CInt = 4
    /// `WNOHANG`
    static let noHang: CInt = 1

    /// Waits for the child behind a pidfd, and reaps it.
    package static func forEnd(of pidfd: borrowing some Descriptor & ~Copyable) throws(Errno) -> ExitStatus {
        var code: CInt = 0
        var status: CInt = 0
        _ = try check { unsafe clinux_waitid_pidfd(pidfd.rawValue, exited, &code, &status) }
        return ExitStatus(code: code, status: status)
    }

    /// Reaps children as they end, until there is none left or the time is over.
    package static func reapRest(milliseconds: Int) {
        let end = Clock.monotonic() + UInt64(milliseconds) * 1_000_000
        while clinux_has_children() != 0, Clock.monotonic() < end {
            do throws(Errno) {
                if try reapAny() == nil { Clock.sleep(nanoseconds: 500_000) }
            } catch { return }
        }
    }

    /// Reaps any child that has ended; nil when there is none.
    package static func reapAny() throws(Errno) -> (pid: Int32, status: ExitStatus)? {
        var code: CInt = 0
        var status: CInt = 0
        let pid: CInt
        do {
            pid = try check { unsafe clinux_waitid(-1, exited | noHang, &code, &status) }
        } catch {
            if error == .noChild { return nil }
            throw error
        }
        return pid == 0 ? nil : (pid, ExitStatus(code: code, status: status))
    }
}

/// Both sides of clone3(2).
package enum Cloned: ~Copyable {
    case child
    case parent(ChildProcess)
}

/// clone3(2) as fork(2) with namespaces: the child goes on in a copy of this (single-threaded) process.
/// On cgroup v2 it is born in `cgroup` (Linux 5.7).
package func clone(
    _ namespaces: Namespaces,
    into cgroup: BorrowedDescriptor? = nil
) throws(Errno) -> Cloned {
    var pidfd: CInt = -1
    let pid = try check { unsafe clinux_clone3(namespaces.rawValue, cgroup?.rawValue ?? -1, &pidfd) }
    return pid == 0 ? .child : .parent(ChildProcess(pid: pid, pidfd: pidfd))
}

/// Both sides of clone3(2) with CLONE_PARENT.
package enum Sibling: ~Copyable {
    case sibling
    /// The one that made it: its number here, and a pidfd.
    case maker(pid: Int32, pidfd: FileDescriptor)
}

/// clone3(2) with CLONE_PARENT: the new process is a child of this one's parent, which alone can wait for it.
package func cloneSibling() throws(Errno) -> Sibling {
    var pidfd: CInt = -1
    let parent: UInt64 = 0x8000
    let pid = try check { unsafe clinux_clone3(parent, -1, &pidfd) }
    return pid == 0 ? .sibling : .maker(pid: pid, pidfd: FileDescriptor(owning: pidfd))
}

/// The calling process.
package enum ThisProcess {
    package static var pid: Int32 { clinux_getpid() }
    package static var parent: Int32 { clinux_getppid() }
    package static var effectiveUser: UInt32 { clinux_geteuid() }

    /// `_exit(2)`: no handler runs, no buffer is flushed twice.
    package static func exit(_ status: Int32) -> Never { clinux_exit(status) }

    /// Names the process in /proc/PID/comm (15 bytes count).
    package static func setName(_ name: String) throws(Errno) {
        _ = try check { unsafe name.withCString { clinux_prctl(15, UInt(bitPattern: $0), 0, 0, 0) } }
    }

    /// The signal that this process gets when its parent ends; 0 for none.
    package static func setParentDeathSignal(_ signal: Int32) throws(Errno) {
        _ = try check { clinux_prctl(1, UInt(signal), 0, 0, 0) }
    }

    /// Whether other processes may look into this one through /proc or ptrace(2) (CVE-2016-9962).
    package static func setDumpable(_ on: Bool) throws(Errno) {
        _ = try check { clinux_prctl(4, on ? 1 : 0, 0, 0, 0) }
    }

    /// Orphaned descendants become children of this process.
    package static func becomeSubreaper() throws(Errno) {
        _ = try check { clinux_prctl(36, 1, 0, 0, 0) }
    }

    package static func setHostname(_ name: String) throws(Errno) {
        _ = try check { unsafe clinux_sethostname(name, name.utf8.count) }
    }

    package static func setDomainname(_ name: String) throws(Errno) {
        _ = try check { unsafe clinux_setdomainname(name, name.utf8.count) }
    }

    package static func startSession() throws(Errno) {
        _ = try check { clinux_setsid() }
    }

    package static func changeDirectory(_ path: String) throws(Errno) {
        _ = try check { unsafe clinux_chdir(path) }
    }
}

/// Other processes, by number or pidfd.
package enum Pidfd {
    package static func open(_ pid: Int32) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check { clinux_pidfd_open(pid) })
    }

    /// Waits until the process has ended; false when the time is over first.
    package static func waitForEnd(
        of pidfd: borrowing some Descriptor & ~Copyable,
        milliseconds: Int32
    ) throws(Errno) -> Bool {
        var entries = [PollEntry(BorrowedDescriptor(pidfd.rawValue), .input)]
        return try PollEntry.wait(&entries, milliseconds: milliseconds) > 0
    }
}
