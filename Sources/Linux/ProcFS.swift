internal import CLinux

/// A procfs of our own: no path leads to it, so neither an image nor a mount can put something else in its place
/// (CVE-2019-16884, CVE-2019-19921, CVE-2023-27561, CVE-2025-52881).
package struct ProcFS: ~Copyable {
    /// `PROC_SUPER_MAGIC`
    package static let magic: UInt32 = 0x9fa0

    private let root: FileDescriptor

    /// A new, detached instance (`fsopen(2)`); where that is refused, a detached copy of `/proc` without what is mounted
    /// over its parts. Shows the pid namespace of the caller.
    package init() throws(Errno) {
        root = try ProcFS.makeRoot()
    }

    private static func makeRoot() throws(Errno) -> FileDescriptor {
        do {
            return try FileSystemContext(type: "proc").mount(.noSetID | .noDevices | .noExecute)
        } catch {
            guard error == .notPermitted else { throw error }
        }
        let copy = try BorrowedDescriptor.currentDirectory.cloneTree("/proc", recursive: false)
        guard try copy.fileSystemType() == ProcFS.magic else { throw .crossDevice }
        return copy
    }

    /// Opens a file of this procfs; no link and no other file system on the way.
    package borrowing func open(_ path: String, _ flags: OpenFlags) throws(Errno) -> FileDescriptor {
        let file = try root.open(path, flags, resolve: [.beneath, .noMountCrossing, .noSymlinks])
        guard try file.fileSystemType() == ProcFS.magic else { throw .crossDevice }
        return file
    }

    package var descriptor: BorrowedDescriptor { root.borrowed }

    /// Opens what an `O_PATH` descriptor of this process names, anew: by its magic link, the one link to be followed.
    package borrowing func reopen(
        _ file: borrowing some Descriptor & ~Copyable,
        _ flags: OpenFlags
    ) throws(Errno) -> FileDescriptor {
        try root.open("self/fd/\(file.rawValue)", flags)
    }

    /// Writes `value` to `/proc/sys/KEY` in one system call; `key` is a path (`net/ipv4/ip_forward`).
    package borrowing func write(sys key: String, value: String) throws(Errno) {
        try open("sys/\(key)", [.write, .truncate]).write(value)
    }

    /// Where an open file is, as this process sees it: what `/proc/self/fd/N` points to, read after a check that `/proc`
    /// is a procfs. For messages and rules about paths; not to be opened.
    package static func path(of file: borrowing some Descriptor & ~Copyable) throws(Errno) -> String {
        let folder = try BorrowedDescriptor.currentDirectory.open("/proc/self/fd", [.path, .directory])
        guard try folder.fileSystemType() == magic else { throw .crossDevice }
        return try folder.readLink("\(file.rawValue)")
    }
}
