internal import Linux
internal import OCI

/// The place that a mount goes to.
struct MountTarget: ~Copyable {
    let file: FileDescriptor
    /// Inside the container, links replaced.
    let path: String
    let wasMade: Bool
}

extension Rootfs {
    mutating func mount(_ request: MountRequest) throws(RuntimeError) {
        try during(request.failure) { () throws(RuntimeError) in
            if request.isBind { try bind(request) } else { try mountFileSystem(request) }
        }
    }

    mutating func mountCgroup2(_ request: MountRequest, otherwise other: MountRequest) throws(RuntimeError) {
        do { try mount(request) } catch {
            // Not ours to mount in this user namespace, or busy with v1.
            guard error.errno == .notPermitted || error.errno == .busy else { throw error }
            try mount(other)
        }
    }

    // MARK: File systems

    private mutating func mountFileSystem(_ request: MountRequest) throws(RuntimeError) {
        let target = try target(for: request)
        try ProcRule.check(target.path, request, sourceIsProc: false)
        if ClassicMount.isNeeded(for: request) { return try mountClassically(request, on: target) }
        let mount = try makeMount(request, on: target)
        try put(mount, on: target, request)
        if request.readOnlyLater {
            writable.append(kept.keep(mount))
        } else if request.isPlain {
            pseudoFileSystems.append((target.path, kept.keep(mount)))
        }
    }

    /// A detached mount, set up whole.
    private func makeMount(
        _ request: MountRequest,
        on target: borrowing MountTarget
    ) throws(RuntimeError) -> FileDescriptor {
        var flags = request.options.flags
        if request.readOnlyLater { flags.remove(.readOnly) }
        let words = request.superblockWords(flags) + (try inheritedMode(request, target))
        let context = try attempt("\(request.attempted): fsopen") { () throws(Errno) in
            try FileSystemContext(type: request.type)
        }
        if !request.source.isEmpty {
            try configured(context, request, "fsconfig source") { (context) throws(Errno) in
                try context.set("source", request.source)
            }
        }
        for word in words { try set(word, in: context, request) }
        let mount = try configured(context, request, "fsmount") { (context) throws(Errno) in
            try context.mount(MountAttributes(flags))
        }
        try change(mount, request)
        if request.options.copyUp { try copyUp(target, to: mount) }
        return mount
    }

    /// A tmpfs over a folder that was there looks like that folder; a new one is everyone's (1777).
    private func inheritedMode(
        _ request: MountRequest,
        _ target: borrowing MountTarget
    ) throws(RuntimeError) -> [String] {
        let words = request.dataWords
        guard request.type == "tmpfs", !target.wasMade, !words.contains(where: { $0.hasPrefix("mode=") }) else {
            return words
        }
        let status = try attempt("stat \"\(target.path)\"") { () throws(Errno) in try target.file.status() }
        return ["mode=\(String(status.permissions, radix: 8))"] + words
    }

    private func set(
        _ word: String,
        in context: borrowing FileSystemContext,
        _ request: MountRequest
    ) throws(RuntimeError) {
        try configured(context, request, "fsconfig \(word)") { (context) throws(Errno) in
            try context.set(word: word)
        }
    }

    /// A failure is told in the file system's own words, where it has any.
    private func configured<Result: ~Copyable>(
        _ context: borrowing FileSystemContext,
        _ request: MountRequest,
        _ step: @autoclosure () -> String,
        _ body: (borrowing FileSystemContext) throws(Errno) -> Result
    ) throws(RuntimeError) -> Result {
        do { return try body(context) } catch {
            let words = context.complaint()
            let step = words.isEmpty ? step() : "\(step()): \(words)"
            throw RuntimeError(.kernel, "\(request.attempted): \(step)", errno: error)
        }
    }

    private func copyUp(
        _ target: borrowing MountTarget,
        to mount: borrowing FileDescriptor
    ) throws(RuntimeError) {
        try attempt("tmpcopyup: copy \"\(target.path)\"") { () throws(Errno) in
            try target.file.open(".", .listing).copyContents(to: mount)
        }
    }

    /// Propagation, then what is asked for the whole tree.
    private func change(_ mount: borrowing FileDescriptor, _ request: MountRequest) throws(RuntimeError) {
        for flags in request.options.propagation {
            let change = MountChange(
                propagation: flags.subtracting(.recursive),
                recursive: flags.contains(.recursive)
            )
            try attempt("\(request.attempted): make \(flags)") { () throws(Errno) in try mount.change(change) }
        }
        guard !request.isBind, let below = request.options.below else { return }
        try setBelow(below, of: mount, request)
    }

    private func setBelow(
        _ change: MountChange,
        of mount: borrowing FileDescriptor,
        _ request: MountRequest
    ) throws(RuntimeError) {
        try attempt("\(request.attempted): mount_setattr +\(change.set) -\(change.clear) AT_RECURSIVE") {
            () throws(Errno) in
            try mount.change(change)
        }
    }

    private mutating func put(
        _ mount: borrowing FileDescriptor,
        on target: borrowing MountTarget,
        _ request: MountRequest
    ) throws(RuntimeError) {
        // What is below is out of sight now.
        pseudoFileSystems.removeAll { ($0.place + "/").hasPrefix(target.path + "/") }
        do { try mount.attach(over: target.file) } catch {
            // move_mount(2) has one errno for all; a file on a folder, or the reverse, is what users get wrong.
            let mixed = error == .invalid && mixesKinds(mount, target)
            throw RuntimeError(.kernel, "\(request.attempted): move_mount", errno: mixed ? .notDirectory : error)
        }
    }

    private func mixesKinds(_ mount: borrowing FileDescriptor, _ target: borrowing MountTarget) -> Bool {
        do {
            let isFolder = try mount.isFolder()
            return try target.file.isFolder() != isFolder
        } catch {
            return false
        }
    }

    // MARK: Binds

    private mutating func bind(_ request: MountRequest) throws(RuntimeError) {
        if request.options.flags.contains(.remount) { return try remountBind(request) }
        let recursive = request.options.flags.contains(.recursive)
        let tree = try attempt(request.attempted) { () throws(Errno) in
            try BorrowedDescriptor.currentDirectory.cloneTree(request.source, recursive: recursive)
        }
        let isFolder = try attempt("\(request.attempted): stat") { () throws(Errno) in try tree.isFolder() }
        let target = try target(for: request, asFile: !isFolder)
        try checkProc(target, request, tree)
        try change(tree, request)
        try setFlags(of: tree, request)
        if let below = request.options.below { try setBelow(below, of: tree, request) }
        try put(tree, on: target, request)
    }

    /// `bind,remount`: the mount that is there gets other flags.
    private mutating func remountBind(_ request: MountRequest) throws(RuntimeError) {
        let target = try target(for: request)
        try change(target.file, request)
        try setFlags(of: target.file, request)
        if let below = request.options.below { try setBelow(below, of: target.file, request) }
    }

    private func checkProc(
        _ target: borrowing MountTarget,
        _ request: MountRequest,
        _ tree: borrowing FileDescriptor
    ) throws(RuntimeError) {
        guard ProcRule.concerns(target.path) else { return }
        let type = try attempt("\(request.attempted): statfs") { () throws(Errno) in try tree.fileSystemType() }
        try ProcRule.check(target.path, request, sourceIsProc: type == ProcFS.magic)
    }

    /// As mount(8) means it: no flag word keeps the source's flags; any flag word, also a clearing one, replaces them all.
    private func setFlags(of tree: borrowing FileDescriptor, _ request: MountRequest) throws(RuntimeError) {
        let flags = request.options.flags.subtracting(.bind | .recursive | .remount)
        if flags.isEmpty, request.options.cleared.isEmpty { return }
        do { try tree.change(.replacing(with: flags)) } catch {
            guard error == .notPermitted else {
                throw RuntimeError(.kernel, "\(request.attempted): mount_setattr", errno: error)
            }
            try setLockedFlags(of: tree, request, flags)
        }
    }

    /// A mount that came from another user namespace keeps some flags: they are added, unless the entry says otherwise.
    private func setLockedFlags(
        of tree: borrowing FileDescriptor,
        _ request: MountRequest,
        _ flags: MountFlags
    ) throws(RuntimeError) {
        let present = try attempt("\(request.attempted): statfs") { () throws(Errno) in try tree.mountedWith() }
        switch LockedFlags.merge(wanted: flags, cleared: request.options.cleared, present: present) {
        case .refused(let why):
            throw RuntimeError(.kernel, "\(request.attempted): \(why)", errno: .notPermitted)
        case .flags(let merged):
            try attempt("\(request.attempted): remount with locked flags \(merged) re-applied") { () throws(Errno) in
                try tree.change(.replacing(with: merged))
            }
        }
    }

    // MARK: mount(2)

    private mutating func mountClassically(
        _ request: MountRequest,
        on target: borrowing MountTarget
    ) throws(RuntimeError) {
        var flags = request.options.flags
        if request.readOnlyLater { flags.remove(.readOnly) }
        let data = try inheritedMode(request, target).joined(separator: ",")
        pseudoFileSystems.removeAll { ($0.place + "/").hasPrefix(target.path + "/") }
        try attempt(request.attempted) { () throws(Errno) in
            try target.file.makeWorkingDirectory()
            try MountNamespace.mountHere(source: request.source, type: request.type, flags: flags, data: data)
            try root.makeWorkingDirectory()
        }
        guard request.readOnlyLater || request.needsChange || request.options.copyUp else { return }
        // The descriptor is of what is below; the mount itself has to be looked up, at a place without links.
        let mount = try attempt("\(request.attempted): reopen") { () throws(Errno) in
            try root.find(inRoot: target.path, .folder, links: false)
        }
        try change(mount, request)
        if request.options.copyUp { try copyUp(target, to: mount) }
        if request.readOnlyLater { writable.append(kept.keep(mount)) }
    }
}
