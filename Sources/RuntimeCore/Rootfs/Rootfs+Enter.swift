internal import Linux
internal import OCI

extension Rootfs {
    /// The rootfs may lie below its mount: upwards until a mount is found.
    func isolateParent(_ flags: MountFlags) throws(RuntimeError) {
        try attempt("make the mount that holds \"\(path)\" \(flags)") { () throws(Errno) in
            try changeParent(MountChange(propagation: flags))
        }
    }

    private func changeParent(_ change: MountChange) throws(Errno) {
        var folder = try root.open(".", .folder)
        while true {
            do { return try folder.change(change) } catch {
                // Not the root of a mount.
                guard error == .invalid else { throw error }
            }
            let parent = try folder.open("..", .folder)
            let (here, above) = (try folder.status(), try parent.status())
            guard here.inode != above.inode || here.device != above.device else { throw .invalid }
            folder = parent
        }
    }

    /// From here on `root` is the mount; what is on the host at the rootfs's path no longer matters.
    mutating func bindOnItself(_ propagation: MountFlags) throws(RuntimeError) {
        root = try attempt("bind rootfs \"\(path)\" on itself") { () throws(Errno) in
            let tree = try root.cloneTree(recursive: true)
            if !propagation.isEmpty { try tree.change(MountChange(propagation: propagation)) }
            try tree.attach(over: root)
            return tree
        }
    }

    func pivot() throws(RuntimeError) {
        let old = try attempt("open /") { () throws(Errno) in
            try BorrowedDescriptor.currentDirectory.open("/", .folder)
        }
        try enterRoot()
        // The old root is stacked on the new one, so no folder has to be made for it (pivot_root(2)).
        try attempt("pivot_root") { () throws(Errno) in try MountNamespace.pivotHere() }
        try attempt("chdir to the old root") { () throws(Errno) in try old.makeWorkingDirectory() }
        // A hook may have shared it: what is unmounted here must not be unmounted on the host. Not private: that would
        // keep mounts busy that the host wants to be rid of.
        try attempt("make the old root MS_SLAVE|MS_REC") { () throws(Errno) in
            try MountNamespace.setPropagation(.slave | .recursive, of: ".")
        }
        try attempt("unmount the old root") { () throws(Errno) in try MountNamespace.detach(".") }
        try attempt("chdir to /") { () throws(Errno) in try ThisProcess.changeDirectory("/") }
    }

    func chroot() throws(RuntimeError) {
        try enterRoot()
        try attempt("chroot") { () throws(Errno) in try MountNamespace.chrootHere() }
        try attempt("chdir to /") { () throws(Errno) in try ThisProcess.changeDirectory("/") }
    }

    func moveToRoot() throws(RuntimeError) {
        try hideHostPseudoFileSystems()
        try attempt("move the rootfs to /") { () throws(Errno) in
            let top = try BorrowedDescriptor.currentDirectory.open("/", .folder)
            try root.attach(over: top)
        }
        try chroot()
    }

    /// What is left behind by chroot(2) is still in the mount namespace, and the kernel lets a user namespace mount proc
    /// or sysfs where a whole one is visible: then the masks would be for nothing.
    private func hideHostPseudoFileSystems() throws(RuntimeError) {
        let text = try attempt("read /proc/self/mountinfo") { () throws(Errno) in
            try HostFile.readText("/proc/self/mountinfo")
        }
        for mount in MountInfo.parse(text) where mount.isWhole && (mount.type == "proc" || mount.type == "sysfs") {
            guard !(mount.path + "/").hasPrefix(path + "/") else { continue }
            try attempt("hide \"\(mount.path)\"") { () throws(Errno) in try hide(mount.path) }
        }
    }

    private func hide(_ path: String) throws(Errno) {
        do { try MountNamespace.setPropagation(.slave | .recursive, of: path) } catch {
            // Gone with a mount above it.
            if error == .noEntry { return }
            throw error
        }
        do { try MountNamespace.detach(path) } catch {
            guard error == .invalid || error == .notPermitted else { throw error }
            try MountNamespace.cover(path)
        }
    }

    func enterRoot() throws(RuntimeError) {
        try attempt("chdir to rootfs \"\(path)\"") { () throws(Errno) in try root.makeWorkingDirectory() }
    }

    func propagate(_ flags: MountFlags) throws(RuntimeError) {
        let change = MountChange(
            propagation: flags.subtracting(.recursive),
            recursive: flags.contains(.recursive)
        )
        try attempt("make the root \(flags)") { () throws(Errno) in try root.change(change) }
    }

    func makeFolder(_ path: String) throws(RuntimeError) {
        try attempt("mkdir \"\(path)\"") { () throws(Errno) in _ = try root.makeDirectories(inRoot: path) }
    }

    /// An open `/dev/null` of the host would be a file of the host that a container holds.
    func reopenNull() throws(RuntimeError) {
        for number: CInt in 0...2 where try isOpenNull(number) {
            let file = try attempt("open /dev/null") { () throws(Errno) in
                try root.find(inRoot: "/dev/null", .readWrite)
            }
            try checkNull(file)
            try attempt("dup3 to \(number)") { () throws(Errno) in try file.replace(number) }
        }
    }

    private func isOpenNull(_ number: CInt) throws(RuntimeError) -> Bool {
        do { return try BorrowedDescriptor(number).isNullDevice() } catch {
            // A closed stream is the caller's wish.
            if error == .badDescriptor { return false }
            throw RuntimeError(.kernel, "stat descriptor \(number)", errno: error)
        }
    }
}
