internal import CLinux

/// The runtime's own executable, out of a container's reach (CVE-2019-5736): the process that enters a container is
/// backed by a read-only view of the file, or by a sealed copy, never by the writable host file.
package enum SealedBinary {
    /// `ST_RDONLY` of statvfs(3).
    private static let readOnlyMount: UInt64 = 1

    /// True where this process already runs from a sealed file. Asked of the kernel, never of the environment, which the
    /// caller controls.
    package static func isSealed() throws(Errno) -> Bool {
        let binary = try BorrowedDescriptor.currentDirectory.open("/proc/self/exe", .read)
        if try binary.mountFlags() & readOnlyMount != 0 { return true }
        let seals = clinux_fcntl(binary.rawValue, Fcntl.getSeals, 0)
        return seals >= 0 && seals & Fcntl.sealWrite != 0
    }

    /// Runs this program again, with the same arguments, from a sealed file. Returns only by throwing.
    package static func reexecute(_ arguments: [String]) throws(Errno) {
        let binary = try seal()
        let vector = CStringArray(arguments)
        _ = try check { unsafe clinux_execveat(binary.rawValue, vector.pointers, clinux_environment()) }
    }

    private static func seal() throws(Errno) -> FileDescriptor {
        do { return try readOnlyView() } catch {
            // Without CAP_SYS_ADMIN, or under a seccomp filter that knows no open_tree(2).
            guard error == .notPermitted || error == .noSystemCall else { throw error }
            return try sealedCopy()
        }
    }

    /// A detached, read-only mount of just this file: nothing is copied, nothing shows in a mount table (Linux 5.12).
    private static func readOnlyView() throws(Errno) -> FileDescriptor {
        let tree = FileDescriptor(
            owning: try check { unsafe clinux_open_tree(-100, "/proc/self/exe", OpenTree.clone | OpenTree.closeOnExec) }
        )
        _ = try check { unsafe clinux_mount_setattr(tree.rawValue, "", 0x1000, 1, 0, 0, -1) }
        return tree
    }

    private static func sealedCopy() throws(Errno) -> FileDescriptor {
        let binary = try BorrowedDescriptor.currentDirectory.open("/proc/self/exe", .read)
        let copy = FileDescriptor(owning: try check { unsafe clinux_memfd_create("runc-swift:/proc/self/exe") })
        var rest = try binary.status().size
        while rest > 0 {
            let sent = try checkSize { clinux_sendfile(copy.rawValue, binary.rawValue, Int(rest)) }
            if sent == 0 { throw .inputOutput }
            rest -= Int64(sent)
        }
        _ = try check { clinux_fcntl(copy.rawValue, Fcntl.addSeals, Fcntl.allSeals) }
        return copy
    }

    private enum OpenTree {
        static let clone: UInt32 = 1
        static let closeOnExec: UInt32 = 0o2_000_000
    }

    private enum Fcntl {
        static let addSeals: CInt = 1033
        static let getSeals: CInt = 1034
        static let sealWrite: CInt = 8
        /// F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE
        static let allSeals = 0xf
    }
}
