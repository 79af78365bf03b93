internal import Linux
internal import OCI

/// Joining a PID namespace affects only children, so the parent does it, just for the clone.
struct PidNamespaceVisit: ~Copyable {
    private let own: FileDescriptor?

    /// Children are born in the namespace of `path` from here on; nil leaves things as they are.
    init(_ path: String?) throws(RuntimeError) {
        if let path { own = try PidNamespaceVisit.join(path) } else { own = nil }
    }

    /// Joins, and keeps the way back.
    private static func join(_ path: String) throws(RuntimeError) -> FileDescriptor {
        let own = try attempt("open /proc/self/ns/pid") { () throws(Errno) in
            try BorrowedDescriptor.currentDirectory.open("/proc/self/ns/pid", .read)
        }
        try attempt("join the pid namespace \(path)") { () throws(Errno) in
            try Namespaces.pid.join(try BorrowedDescriptor.currentDirectory.open(path, .read))
        }
        return own
    }

    /// In the parent: hooks and other later children belong to the caller's namespace.
    consuming func end() throws(RuntimeError) {
        guard let own = own else { return }
        try attempt("return to the own pid namespace") { () throws(Errno) in try Namespaces.pid.join(own) }
    }
}
