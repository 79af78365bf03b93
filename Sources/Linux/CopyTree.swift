internal import CLinux

extension Descriptor where Self: ~Copyable {
    /// `fchownat(2)` of the file itself, which may be a link or an `O_PATH` descriptor (empty `name`).
    package borrowing func changeOwner(of name: String, user: UInt32, group: UInt32) throws(Errno) {
        let flags: CInt = name.isEmpty ? 0x1000 : 0x100
        _ = try check { unsafe clinux_fchownat(rawValue, name, user, group, flags) }
    }

    /// Copies what is in this open folder into the empty folder `target`: modes, owners, links, nodes; no extended
    /// attributes. Needs `umask(0)`.
    package borrowing func copyContents(to target: borrowing some Descriptor & ~Copyable) throws(Errno) {
        for name in try entries() {
            let status = try status(of: name)
            switch status.kind {
            case .directory: try copyFolder(name, status, to: target)
            case .regular: try copyFile(name, status, to: target)
            case .symlink:
                try target.makeSymlink(name, to: try readLink(name))
                try target.changeOwner(of: name, user: status.user, group: status.group)
            default:
                try target.makeNode(name, mode: status.mode, major: status.major, minor: status.minor)
                try target.changeOwner(of: name, user: status.user, group: status.group)
            }
        }
    }

    private borrowing func copyFolder(
        _ name: String,
        _ status: FileStatus,
        to target: borrowing some Descriptor & ~Copyable
    ) throws(Errno) {
        let flags: OpenFlags = [.read, .directory, .noFollow]
        let source = try open(name, flags)
        try target.makeDirectory(name, mode: 0o700)
        let copy = try target.open(name, flags)
        try source.copyContents(to: copy)
        try copy.changeOwner(user: status.user, group: status.group)
        try copy.changeMode(status.permissions)
    }

    private borrowing func copyFile(
        _ name: String,
        _ status: FileStatus,
        to target: borrowing some Descriptor & ~Copyable
    ) throws(Errno) {
        // Not to be stopped by a FIFO that took the file's place meanwhile.
        let source = try open(name, [.read, .noFollow, .nonBlocking])
        guard try source.status().kind == .regular else { throw .invalid }
        let copy = try target.open(name, [.write, .create, .exclusive, .noFollow], mode: 0o600)
        while try checkSize({ clinux_sendfile(copy.rawValue, source.rawValue, 1 << 30) }) > 0 {}
        // The owner first: chown(2) takes set-id bits away.
        try copy.changeOwner(user: status.user, group: status.group)
        try copy.changeMode(status.permissions)
    }
}
