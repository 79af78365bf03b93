internal import Linux
internal import OCI

extension Rootfs {
    func makeMountsReadOnly() throws(RuntimeError) {
        for mount in writable {
            try attempt("make a mount read-only") { () throws(Errno) in try mount.change(MountChange(set: .readOnly)) }
        }
    }

    func makeReadOnly() throws(RuntimeError) {
        try attempt("make / read-only") { () throws(Errno) in try root.change(MountChange(set: .readOnly)) }
    }

    /// Through a procfs of our own: what the container has at `/proc` is not asked.
    func write(_ settings: [Sysctl]) throws(RuntimeError) {
        let proc = try attempt("make a private procfs") { () throws(Errno) in try ProcFS() }
        for setting in settings {
            try attempt("failed to write sysctl \(setting.key) = \"\(setting.value)\"") { () throws(Errno) in
                try proc.write(sys: setting.path, value: setting.value)
            }
        }
    }

    /// The mount at `path`, and what is below it, in a copy whose top is read-only; its other flags stay.
    func makeReadOnly(_ path: String) throws(RuntimeError) {
        switch look(path) {
        case .file(let file): try makeReadOnly(path, file)
        case .missing: return
        case .failed(let errno): throw RuntimeError(.kernel, "can't make \"\(path)\" read-only", errno: errno)
        }
    }

    private func makeReadOnly(_ path: String, _ target: borrowing FileDescriptor) throws(RuntimeError) {
        try attempt("can't make \"\(path)\" read-only") { () throws(Errno) in
            let tree = try target.cloneTree(recursive: true)
            try tree.change(MountChange(set: .readOnly))
            try tree.attach(over: target)
        }
    }

    /// `path` is clean.
    private func look(_ path: String) -> Found {
        for (place, mount) in pseudoFileSystems.reversed() where path.hasPrefix(place) {
            let rest = path.utf8.dropFirst(place.utf8.count)
            if rest.first == 0x2f { return mount.look(inRoot: String(Substring(rest))) }
        }
        return root.look(inRoot: path)
    }

    mutating func mask(_ path: String) throws(RuntimeError) {
        switch look(path) {
        case .file(let file): try mask(path, file)
        case .missing: return
        case .failed(let errno): throw RuntimeError(.kernel, "can't mask path \"\(path)\"", errno: errno)
        }
    }

    private mutating func mask(_ path: String, _ target: borrowing FileDescriptor) throws(RuntimeError) {
        let isFolder = try attempt("can't mask path \"\(path)\"") { () throws(Errno) in try target.isFolder() }
        if isFolder { return try maskFolder(path, target) }
        let null = try nullNode()
        try attempt("can't mask path \"\(path)\"") { () throws(Errno) in
            try null.cloneTree(recursive: false).attach(over: target)
        }
    }

    /// One empty tmpfs does for all: a superblock each made the end of a container slow on machines with many CPUs.
    private mutating func maskFolder(
        _ path: String,
        _ target: borrowing FileDescriptor
    ) throws(RuntimeError) {
        if let mask = BorrowedDescriptor(optional: mask) {
            return try attempt("can't mask dir \"\(path)\"") { () throws(Errno) in
                try mask.cloneTree(recursive: false).attach(over: target)
            }
        }
        let mount = try attempt("can't mask dir \"\(path)\"") { () throws(Errno) in
            let context = try FileSystemContext(type: "tmpfs")
            try context.set("source", "tmpfs")
            try context.set("nr_blocks", "1")
            try context.set("nr_inodes", "1")
            try context.set("ro")
            let mount = try context.mount(.readOnly)
            try mount.attach(over: target)
            return mount
        }
        mask = consume mount
    }

    /// The node itself is what is bound, so it is the node that is checked: an image may have a link there, or another
    /// file, and the mask would be that (CVE-2025-31133).
    private mutating func nullNode() throws(RuntimeError) -> BorrowedDescriptor {
        if let null = BorrowedDescriptor(optional: null) { return null }
        let file = try attempt("can't mask paths: open /dev/null") { () throws(Errno) in
            try root.find(inRoot: "/dev/null", .named)
        }
        try during("can't mask paths") { () throws(RuntimeError) in try checkNull(file) }
        let view = file.borrowed
        null = consume file
        return view
    }

    func checkNull(_ file: borrowing FileDescriptor) throws(RuntimeError) {
        let isNull = try attempt("stat /dev/null") { () throws(Errno) in try file.isNullDevice() }
        if !isNull { throw RuntimeError(.invalidSpec, "container's /dev/null is invalid") }
    }
}
