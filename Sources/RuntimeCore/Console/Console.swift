package import Linux
package import OCI

/// A container's terminal: a pty of its own devpts, made by the child inside the container.
package struct Console: ~Copyable {
    private let pair: PseudoTerminal

    private init(_ pair: consuming PseudoTerminal) { self.pair = pair }

    /// Goes to whoever shows the terminal.
    package var master: BorrowedDescriptor { pair.master.borrowed }
    /// The process's end.
    package var peer: BorrowedDescriptor { pair.peer.borrowed }

    /// What the receiver of the master reads beside it, as runc's.
    package static let name = "/dev/pts/ptmx"

    /// Makes a pty in `root` (the container's root folder), and gives it its size. Every step of the way is the
    /// kernel's to confine, and what is opened is checked to be devpts itself (CVE-2025-52565, CVE-2026-41579).
    package static func open(
        in root: borrowing some Descriptor & ~Copyable,
        size: Process.ConsoleSize? = nil
    ) throws(RuntimeError) -> Console {
        let pair = try openPair(openMultiplexer(in: root))
        if let size = size.flatMap(WindowSize.init) {
            try attempt("resize console") { () throws(Errno) in try pair.master.setWindowSize(size) }
        }
        return Console(pair)
    }

    private static func openPair(_ multiplexer: consuming FileDescriptor) throws(RuntimeError) -> PseudoTerminal {
        do { return try PseudoTerminal(multiplexer: multiplexer) } catch {
            throw RuntimeError(.kernel, "failed to get peer end of newly-allocated console", errno: error)
        }
    }

    private static let devptsMagic: UInt32 = 0x1cd1

    private static func openMultiplexer(
        in root: borrowing some Descriptor & ~Copyable
    ) throws(RuntimeError) -> FileDescriptor {
        let folder = try attempt("open /dev/pts") { () throws(Errno) in
            try root.open(inRoot: "dev/pts", [.path, .directory])
        }
        let type = try attempt("verify /dev/pts") { () throws(Errno) in try folder.fileSystemType() }
        if type != devptsMagic {
            throw RuntimeError(.kernel, "verify ptmx handle: /dev/pts is not on a real devpts mount")
        }
        // Nothing but ptmx and ptys can be in a devpts, so there is nothing that must not be opened to be looked at.
        let multiplexer = try attempt("open /dev/pts/ptmx") { () throws(Errno) in
            try folder.open(
                "ptmx",
                [.readWrite, .noControllingTerminal],
                resolve: [.beneath, .noMountCrossing, .noSymlinks]
            )
        }
        let status = try attempt("verify ptmx handle") { () throws(Errno) in try multiplexer.status() }
        guard status.kind == .character, status.major == 5, status.minor == 2 else {
            throw RuntimeError(.kernel, "verify ptmx handle: not a real char ptmx device")
        }
        return multiplexer
    }

    /// Mounts the peer on /dev/console of `root`, a file that is made if it is not there. Not for `exec`.
    package borrowing func mount(in root: borrowing some Descriptor & ~Copyable) throws(RuntimeError) {
        try attempt("mount /dev/console") { () throws(Errno) in
            let folder = try root.open(inRoot: "dev", [.path, .directory])
            try peer.bind(onto: try Console.openTarget(in: folder))
        }
    }

    private static func openTarget(in folder: borrowing FileDescriptor) throws(Errno) -> FileDescriptor {
        do {
            return try folder.open("console", [.path, .noFollow], resolve: [.beneath, .noSymlinks])
        } catch {
            if error != .noEntry { throw error }
            return try folder.open(
                "console",
                [.write, .create, .exclusive, .noFollow],
                mode: 0o666,
                resolve: [.beneath, .noSymlinks]
            )
        }
    }

    /// Sends the master to `socket`, the caller's console socket or the runtime's own.
    package borrowing func sendMaster(
        to socket: borrowing some Descriptor & ~Copyable
    ) throws(RuntimeError) {
        try attempt("send the console's master") { () throws(Errno) in
            try UnixSocket.send(Array(Console.name.utf8), master, to: socket)
        }
    }

    /// Makes the peer this process's standard streams and controlling terminal; it must lead its session. Its owner
    /// becomes the user in `ProcessPlan.becomeUser`, its group is what the devpts was mounted with.
    package borrowing func takeOver() throws(RuntimeError) {
        try attempt("dup console") { () throws(Errno) in
            try StandardStreams.install(peer, peer, peer)
        }
        try attempt("ioctl(setctty)") { () throws(Errno) in
            try BorrowedDescriptor.standardInput.becomeControllingTerminal()
        }
    }
}

extension WindowSize {
    /// nil where a side is 0, as runc has it; sides are cut to what the kernel can hold.
    package init?(_ size: Process.ConsoleSize) {
        if size.height == 0 || size.width == 0 { return nil }
        self.init(rows: UInt16(clamping: size.height), columns: UInt16(clamping: size.width))
    }
}
