internal import Linux
package import OCI

/// From `args[0]` to a path for execve(2), by the rules and in the words of Go's `exec.LookPath`.
package enum ProgramLookup {
    /// A name with a slash is the path itself; any other is looked for in the folders of `searchPath`, colons between
    /// them. To be called as the user, and in the root and working directory, that the program is to have.
    package static func find(_ name: String, in searchPath: String?) throws(RuntimeError) -> String {
        let step = "exec: \"\(name)\""
        if name.utf8.contains(UInt8(ascii: "/")) {
            try requireExecutable(name, step)
            return name
        }
        guard !["", ".", ".."].contains(name) else { throw notFound(step) }
        for folder in (searchPath ?? "").split(separator: ":", omittingEmptySubsequences: false) {
            let path = folder.hasSuffix("/") ? "\(folder)\(name)" : "\(folder.isEmpty ? "." : folder)/\(name)"
            do { try requireExecutable(path, step) } catch { continue }
            if path.hasPrefix("/") { return path }
            throw RuntimeError(.kernel, "\(step): cannot run executable found relative to current directory")
        }
        throw notFound(step)
    }

    private static func notFound(_ step: String) -> RuntimeError {
        RuntimeError(.kernel, "\(step): executable file not found in $PATH")
    }

    /// The kernel decides, with this process's capabilities: CAP_DAC_OVERRIDE needs one execute bit of the three.
    private static func requireExecutable(_ path: String, _ step: String) throws(RuntimeError) {
        let status = try attempt("\(step): stat \(path)") { () throws(Errno) in try HostFile.status(path) }
        if status.kind == .directory { throw RuntimeError(.kernel, step, errno: .isDirectory) }
        do { try Credentials.checkExecutable(path) } catch {
            guard error == .noSystemCall || error == .notPermitted else {
                throw RuntimeError(.kernel, step, errno: error)
            }
            // A seccomp filter that is already loaded may refuse faccessat2(2): the mode bits have to do.
            if status.mode & 0o111 == 0 { throw RuntimeError(.kernel, step, errno: .access) }
        }
    }
}
