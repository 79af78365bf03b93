internal import CLinux

/// A unix(7) socket that others connect to. Not blocking.
package enum UnixListener {
    /// Binds and listens by a path below 108 bytes: for a longer one, through an open folder's `procPath`.
    package static func bind(_ path: String) throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check { unsafe clinux_listen_unix(path) })
    }
}

extension Descriptor where Self: ~Copyable {
    /// accept4(2); nil when nobody waits. The connection does not block.
    package borrowing func accept() throws(Errno) -> FileDescriptor? {
        do throws(Errno) { return FileDescriptor(owning: try check { clinux_accept(rawValue) }) } catch {
            // Who connected may have gone again.
            if error == .again || error == .connectionAborted { return nil }
            throw error
        }
    }

    /// The user who connected (SO_PEERCRED).
    package borrowing func peerUser() throws(Errno) -> UInt32 {
        UInt32(truncatingIfNeeded: try checkSize { Int(clinux_peer_user(rawValue)) })
    }

    /// One sendmsg(2) of an eight-byte header and what follows it, without waiting and without SIGPIPE. How many bytes
    /// of both it took.
    package borrowing func send(header: UInt64, _ payload: RawSpan) throws(Errno) -> Int {
        var header = header.littleEndian
        return try checkSize {
            unsafe payload.withUnsafeBytes {
                unsafe clinux_send_two(rawValue, &header, 8, $0.baseAddress, $0.count)
            }
        }
    }

    /// The terminal that a runtime sends by SCM_RIGHTS; nil at the end of the connection and for a message without one.
    package borrowing func receiveTerminal() throws(Errno) -> FileDescriptor? {
        var number: CInt = -1
        _ = try checkSize { unsafe clinux_receive_terminal(rawValue, &number) }
        return number < 0 ? nil : FileDescriptor(owning: number)
    }

    /// fcntl(2) F_DUPFD_CLOEXEC, never 0 to 2.
    package borrowing func duplicate() throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check { clinux_fcntl(rawValue, 1030, 3) })
    }
}

/// A file without a name (memfd_create(2)): what a program writes there waits for nobody.
package enum ScratchFile {
    package static func make() throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check { unsafe clinux_memfd_create("shim") })
    }
}

/// What a process can do without for a while.
package enum ProcessMemory {
    /// malloc_trim(3).
    package static func trimHeap() { clinux_trim_heap() }

    /// Drops the program's read-only pages; the page cache has them when they are needed.
    package static func trimProgram() { clinux_trim_program() }
}

extension RawSpan {
    /// The bytes from `offset` on, as an array.
    package func array(from offset: Int = 0) -> [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0[offset...]) }
    }
}

/// umask(2).
package enum FileMask {
    package static func set(_ mask: UInt32) { _ = clinux_umask(mask) }
}
