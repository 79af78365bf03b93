internal import Linux
internal import OCI

/// Files of cgroupfs. Errors say the path and, of a write, the value.
enum CgroupFile {
    static func read(_ path: String) throws(RuntimeError) -> String {
        let file = try open(path, .read)
        let bytes = try attempt("read \(path)") { () throws(Errno) in try file.readAll() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// nil where the kernel has no such file, or the cgroup went away.
    static func readIfPresent(_ path: String) throws(RuntimeError) -> String? {
        do { return try read(path) } catch {
            if error.meansAbsent { return nil }
            throw error
        }
    }

    /// Writes `value` in one system call.
    static func write(_ path: String, _ value: String) throws(RuntimeError) {
        try writeEach(path, [value])
    }

    /// Writes each value in a system call of its own.
    static func writeEach(_ path: String, _ values: [String]) throws(RuntimeError) {
        let file = try open(path, .write)
        for value in values {
            do { try file.write(value) } catch {
                throw RuntimeError(.kernel, "write \(path)", errno: error).during("failed to write \(quoted(value))")
            }
        }
    }

    static func open(_ path: String, _ flags: OpenFlags) throws(RuntimeError) -> FileDescriptor {
        try attempt("openat2 \(path)") { () throws(Errno) in
            try BorrowedDescriptor.currentDirectory.open(path, flags, resolve: .noMagicLinks)
        }
    }

    /// A value may be of more than one line (`unified`).
    private static func quoted(_ value: String) -> String {
        "\"\(value.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\\n"))\""
    }
}

extension RuntimeError {
    /// No such file or, from a file that was open already, no such cgroup any more.
    var meansAbsent: Bool { errno == .noEntry || errno == .noDevice }
}

/// For clean-up on the way out of another failure, which is the one to report.
func ignoreFailure<Failure: Error>(_ body: () throws(Failure) -> Void) {
    do { try body() } catch { return }
}
