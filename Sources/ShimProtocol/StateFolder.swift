package import Linux
package import OCI

/// A shim's state folder, SM-1 to SM-5, and the lock that says whether there is a shim.
@frozen package struct StateFolder: ~Copyable {
    package let path: String
    private let folder: FileDescriptor
    private var lock: FileDescriptor?
    /// Whether `create` made it, so that a failure removes it again.
    package let isNew: Bool

    /// Names in the folder.
    package enum Name {
        package static let lock = "lock"
        package static let state = "shim.json"
        package static let socket = "socket"
        package static let record = "exit.json"
        package static let sessions = "execs"
        package static let runtimeLog = "runtime.log"
        /// Those that are there for the length of a call begin so.
        private static let passing = ["call-", "pid", "console"]

        /// What a shim has made, but for the lock: what somebody else has put there stays.
        static func isOwn(_ name: String) -> Bool {
            // A runtime that was killed may have left what it was writing: `.pid`.
            let bare = name.hasPrefix(".") ? String(name.dropFirst()) : name
            if name.hasSuffix(".new") || passing.contains(where: { bare.hasPrefix($0) }) { return true }
            return [state, socket, record, runtimeLog].contains(name)
        }
    }

    private init(_ folder: consuming FileDescriptor, path: String, isNew: Bool) {
        self.folder = folder
        self.path = path
        self.isNew = isNew
    }

    package var descriptor: BorrowedDescriptor { folder.borrowed }

    // MARK: - Opening

    /// The folder of a new shim, made if it is not there, locked.
    package static func create(_ path: String) throws(RuntimeError) -> StateFolder {
        let isNew = try make(path)
        var result = try open(path, isNew: isNew)
        guard try result.takeLock(making: true) else {
            throw RuntimeError(.exists, "\(path) belongs to a shim that lives")
        }
        try result.refuseOccupied()
        return result
    }

    /// A shim may fail and empty its folder: nothing else may be in it.
    private borrowing func refuseOccupied() throws(RuntimeError) {
        let names = contents(of: ".")
        if names.contains(Name.record) {
            throw RuntimeError(.exists, "\(path) holds an exit record that nobody has taken")
        }
        if names.contains(Name.state) {
            throw RuntimeError(
                .exists,
                "\(path) was a shim's that was killed: shim recover finds out what became of it"
            )
        }
        if let other = names.first(where: { $0 != Name.lock }) {
            remove(Name.lock)
            throw RuntimeError(.exists, "\(path) is not empty: \(other)")
        }
    }

    /// A folder that is there.
    package static func open(_ path: String) throws(RuntimeError) -> StateFolder { try open(path, isNew: false) }

    private static func make(_ path: String) throws(RuntimeError) -> Bool {
        do throws(Errno) {
            try HostFile.makeDirectory(path, mode: 0o700)
            return true
        } catch {
            if error == .exists { return false }
            throw RuntimeError(.kernel, "make state folder \(path)", errno: error)
        }
    }

    private static func open(_ path: String, isNew: Bool) throws(RuntimeError) -> StateFolder {
        let folder = try attempt("open state folder \(path)") { () throws(Errno) in
            try BorrowedDescriptor.currentDirectory.open(path, [.read, .directory, .noFollow])
        }
        let status = try attempt("stat \(path)") { () throws(Errno) in try folder.status() }
        guard status.user == ThisProcess.effectiveUser, status.permissions & 0o077 == 0 else {
            throw RuntimeError(
                .invalidSpec,
                "state folder \(path) has to be this user's and closed to others (mode 0700)"
            )
        }
        return StateFolder(folder, path: path, isNew: isNew)
    }

    // MARK: - The lock

    /// False where somebody else has it: there is a shim. The lock ends with this value, or with the process.
    package mutating func takeLock(making: Bool = false) throws(RuntimeError) -> Bool {
        let flags: OpenFlags = making ? [.readWrite, .create, .noFollow] : [.readWrite, .noFollow]
        do throws(Errno) {
            let file = try folder.open(Name.lock, flags, mode: 0o600)
            try file.lock(wait: false)
            // Whoever emptied the folder while this one waited has unlinked what is locked here.
            let (mine, there) = (try file.status(), try folder.status(of: Name.lock))
            guard mine.inode == there.inode, mine.device == there.device else { return try takeLockAgain(making) }
            lock = consume file
            return true
        } catch {
            if error == .again { return false }
            throw RuntimeError(.kernel, "lock \(path)/\(Name.lock)", errno: error)
        }
    }

    private mutating func takeLockAgain(_ making: Bool) throws(Errno) -> Bool {
        do throws(RuntimeError) { return try takeLock(making: making) } catch { throw error.errno ?? .inputOutput }
    }

    // MARK: - Files

    /// Replaces a file in one step: a temporary file, fsync(2) of it and of the folder if wanted, and rename(2) between.
    package borrowing func replace(_ name: String, with bytes: [UInt8], syncs: Bool) throws(Errno) {
        let temporary = "\(name).new"
        do throws(Errno) {
            let file = try folder.open(temporary, [.write, .create, .truncate, .noFollow], mode: 0o600)
            try file.writeAll(bytes)
            if syncs { try file.synchronize() }
            try file.close()
            try folder.rename(temporary, to: name)
        } catch {
            remove(temporary)
            throw error
        }
        if syncs { try folder.synchronize() }
    }

    /// nil where there is no such file.
    package borrowing func read(_ name: String) throws(RuntimeError) -> [UInt8]? {
        do throws(Errno) {
            return try folder.open(name, [.read, .noFollow]).readAll(limit: 1 << 20)
        } catch {
            if error == .noEntry { return nil }
            throw RuntimeError(.kernel, "read \(path)/\(name)", errno: error)
        }
    }

    /// As far as it is there.
    package borrowing func remove(_ name: String) {
        do throws(Errno) { try folder.unlink(name) } catch { return }
    }

    package borrowing func readState() throws(RuntimeError) -> ShimStateFile? {
        guard let bytes = try read(Name.state) else { return nil }
        return try during("\(path)/\(Name.state)") { () throws(RuntimeError) in try ShimStateFile.parse(bytes) }
    }

    package borrowing func readRecord() throws(RuntimeError) -> ExitRecord? {
        guard let bytes = try read(Name.record) else { return nil }
        return try during("\(path)/\(Name.record)") { () throws(RuntimeError) in try ExitRecord.parse(bytes) }
    }

    /// Where the record of an exec session is.
    package static func recordName(of session: SessionName) -> String { "\(Name.sessions)/\(session).json" }

    // MARK: - The end

    /// Empties the folder, the lock last; removes it where `isNew` is wanted and nothing else is in it.
    package borrowing func empty(removing: Bool) {
        for name in contents(of: Name.sessions) { remove("\(Name.sessions)/\(name)") }
        do throws(Errno) { try folder.removeDirectory(Name.sessions) } catch {}
        for name in contents(of: ".") where Name.isOwn(name) { remove(name) }
        remove(Name.lock)
        if removing { do throws(Errno) { try HostFile.removeDirectory(path) } catch {} }
    }

    private borrowing func contents(of name: String) -> [String] {
        do throws(Errno) { return try folder.open(name, [.read, .directory, .noFollow]).entries() } catch { return [] }
    }
}
