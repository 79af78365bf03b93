internal import Linux
internal import OCI

/// `--pid-file`: the decimal pid on the host, no newline, complete before its name appears.
enum PidFile {
    static func write(_ pid: Int32, to path: String) throws(RuntimeError) {
        let (folder, name) = split(path)
        try attempt("write pid file \(path)") { () throws(Errno) in
            let directory = try BorrowedDescriptor.currentDirectory.open(folder, [.path, .directory])
            let temporary = ".\(name)"
            let file = try make(temporary, in: directory)
            do throws(Errno) {
                try file.write(String(pid))
                try directory.rename(temporary, to: name)
            } catch {
                discard(temporary, of: directory)
                throw error
            }
        }
    }

    /// The first error is the one to report.
    private static func discard(_ name: String, of directory: borrowing FileDescriptor) {
        do throws(Errno) { try directory.unlink(name) } catch { return }
    }

    /// Of a process that came to nothing after all: no pid of nobody's stays behind.
    static func remove(_ path: String) {
        do { try BorrowedDescriptor.currentDirectory.unlink(path) } catch { return }
    }

    /// A runtime that was killed here has left the file: that is no reason for the next one to fail.
    private static func make(_ name: String, in directory: borrowing FileDescriptor) throws(Errno) -> FileDescriptor {
        let flags: OpenFlags = [.write, .create, .exclusive, .noFollow]
        do { return try directory.open(name, flags, mode: 0o666) } catch {
            guard error == .exists else { throw error }
        }
        try directory.unlink(name)
        return try directory.open(name, flags, mode: 0o666)
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let cut = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        return (cut == path.startIndex ? "/" : String(path[..<cut]), String(path[path.utf8.index(after: cut)...]))
    }
}
