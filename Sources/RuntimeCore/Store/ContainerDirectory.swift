package import Linux
package import OCI

/// `ROOT/ID`: what the runtime knows of one container. spec/state.md draws it.
package struct ContainerDirectory: ~Copyable {
    package let id: String
    package let path: String
    private let descriptor: FileDescriptor

    private static let state = "state.json"
    private static let config = "config.json"
    private static let fifo = "exec.fifo"
    /// Seconds that a verb waits for another one on the same container.
    private static let patience = 10

    init(id: String, path: String, descriptor: consuming FileDescriptor) {
        self.id = id
        self.path = path
        self.descriptor = descriptor
    }

    /// Waits for its turn to change the container's state; the lock goes with the directory's owner. `.notFound` when the
    /// one before has removed the folder: what has its name by now is another container.
    package borrowing func lock() throws(RuntimeError) {
        try acquire()
        if try !isCurrent() { throw RuntimeError(.notFound, "container does not exist") }
    }

    private borrowing func isCurrent() throws(RuntimeError) -> Bool {
        try attempt("stat \(path)") { () throws(Errno) in
            let own = try descriptor.status()
            do throws(Errno) {
                let named = try BorrowedDescriptor.currentDirectory.status(of: path)
                return named.inode == own.inode && named.device == own.device
            } catch {
                if error == .noEntry { return false }
                throw error
            }
        }
    }

    /// Whether a command has begun to fill it: the configuration comes first.
    borrowing func isTaken() -> Bool { has(ContainerDirectory.config) }

    /// False while the container is half made.
    borrowing func hasState() -> Bool { has(ContainerDirectory.state) }

    private borrowing func has(_ name: String) -> Bool {
        do { return try descriptor.status(of: name).kind == .regular } catch { return false }
    }

    private borrowing func acquire() throws(RuntimeError) {
        let end = Clock.monotonic() + UInt64(ContainerDirectory.patience) * 1_000_000_000
        while true {
            do { return try descriptor.lock(wait: false) } catch {
                guard error == .again, Clock.monotonic() < end else {
                    throw RuntimeError(.kernel, "lock \(path): another command works on this container", errno: error)
                }
                Clock.sleep(nanoseconds: 2_000_000)
            }
        }
    }

    /// Lets others change the container before this owner is done with it.
    package borrowing func unlock() throws(RuntimeError) {
        try attempt("unlock \(path)") { () throws(Errno) in try descriptor.unlock() }
    }

    /// The container's record. `.notFound` while it is half made, or after it was removed behind our back.
    package borrowing func readState() throws(RuntimeError) -> ContainerState {
        let bytes: [UInt8]
        do { bytes = try descriptor.open(ContainerDirectory.state, [.read, .noFollow]).readAll() } catch {
            if error == .noEntry { throw RuntimeError(.notFound, "container does not exist") }
            throw RuntimeError(.kernel, "read \(path)/\(ContainerDirectory.state)", errno: error)
        }
        return try during("\(path)/\(ContainerDirectory.state)") { () throws(RuntimeError) in
            try ContainerState.parse(bytes)
        }
    }

    /// Replaces the record by rename(2): a reader sees the old one or the new one.
    package borrowing func writeState(_ state: ContainerState) throws(RuntimeError) {
        try replace(ContainerDirectory.state, state.encode())
    }

    /// The configuration as it was at create: later edits of the bundle change nothing (runtime.md "Lifecycle").
    package borrowing func writeConfig(_ bytes: [UInt8]) throws(RuntimeError) {
        try attempt("write \(path)/\(ContainerDirectory.config)") { () throws(Errno) in
            let flags: OpenFlags = [.write, .create, .exclusive, .noFollow]
            try descriptor.open(ContainerDirectory.config, flags, mode: 0o600).writeAll(bytes)
        }
    }

    package borrowing func readConfig() throws(RuntimeError) -> [UInt8] {
        try attempt("read \(path)/\(ContainerDirectory.config)") { () throws(Errno) in
            try descriptor.open(ContainerDirectory.config, [.read, .noFollow]).readAll()
        }
    }

    private borrowing func replace(_ name: String, _ bytes: [UInt8]) throws(RuntimeError) {
        try attempt("write \(path)/\(name)") { () throws(Errno) in
            let temporary = ".\(name)"
            let flags: OpenFlags = [.write, .create, .truncate, .noFollow]
            try descriptor.open(temporary, flags, mode: 0o600).writeAll(bytes)
            try descriptor.rename(temporary, to: name)
        }
    }

    /// In a cloned child, whose owner lives in the parent: the lock must not live on in the child.
    borrowing func forgetInClone() { descriptor.closeInClone() }

    /// Removes the folder and what is in it.
    package borrowing func remove() throws(RuntimeError) {
        try attempt("remove \(path)") { () throws(Errno) in
            for name in try descriptor.entries() {
                try ignoringAbsence { () throws(Errno) in try descriptor.unlink(name) }
            }
            try ignoringAbsence { () throws(Errno) in try HostFile.removeDirectory(path) }
        }
    }
}

extension ContainerDirectory {
    /// The start barrier: init, by then `user`, waits in its open(2) for writing until `start` opens the other end.
    package borrowing func makeFifo(for user: UInt32) throws(RuntimeError) -> FileDescriptor {
        try attempt("mkfifo \(path)/\(ContainerDirectory.fifo)") { () throws(Errno) in
            try descriptor.makeNode(ContainerDirectory.fifo, mode: FileStatus.Kind.fifo.rawValue | 0o600)
            if user != 0 { try descriptor.changeOwner(of: ContainerDirectory.fifo, user: user, group: .max) }
            return try descriptor.open(ContainerDirectory.fifo, [.path, .noFollow])
        }
    }

    /// The reader's end, without waiting for a writer.
    package borrowing func openFifo() throws(Errno) -> FileDescriptor {
        try descriptor.open(ContainerDirectory.fifo, [.read, .nonBlocking, .noFollow])
    }

    /// Only `start` takes it away: its presence means "created".
    package borrowing func removeFifo() throws(RuntimeError) {
        try attempt("remove \(path)/\(ContainerDirectory.fifo)") { () throws(Errno) in
            try ignoringAbsence { () throws(Errno) in try descriptor.unlink(ContainerDirectory.fifo) }
        }
    }

    package borrowing func hasFifo() -> Bool {
        do { return try descriptor.status(of: ContainerDirectory.fifo).kind == .fifo } catch { return false }
    }
}

/// Lets "it is not there" count as done.
func ignoringAbsence(_ body: () throws(Errno) -> Void) throws(Errno) {
    do { try body() } catch { if error != .noEntry { throw error } }
}
