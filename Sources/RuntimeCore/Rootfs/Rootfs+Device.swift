internal import Linux
internal import OCI

extension Rootfs {
    /// Makes a node. One that is there already stays if it is the same device, and is an error if not.
    mutating func make(_ device: LinuxSection.Device, _ place: NodePlace) throws(RuntimeError) {
        do { try makeOrKeep(device, place) } catch { throw error.during("make device \"\(device.path)\"") }
    }

    private mutating func makeOrKeep(_ device: LinuxSection.Device, _ place: NodePlace) throws(RuntimeError) {
        let folder = try open(place)
        do { try makeNode(device, place.name, in: folder) } catch {
            switch error {
            case .exists: try keep(device, place)
            case .notPermitted: try bindNode(device, place.name, in: folder)
            default: throw RuntimeError(.kernel, "mknod", errno: error)
            }
        }
    }

    private func makeNode(_ device: LinuxSection.Device, _ name: String, in folder: BorrowedDescriptor) throws(Errno) {
        let mode = device.nodeKind.rawValue | (device.fileMode ?? 0o666) & 0o7777
        try folder.makeNode(name, mode: mode, major: device.major, minor: device.minor)
        guard folderSetsGroup || device.uid != 0 || device.gid != 0 else { return }
        let node = try folder.open(name, .named)
        guard device.matches(try node.status()) else { throw .invalid }
        try node.changeOwner(of: "", user: device.uid, group: device.gid)
    }

    private func keep(_ device: LinuxSection.Device, _ place: NodePlace) throws(RuntimeError) {
        let status = try attempt("open") { () throws(Errno) in try root.find(inRoot: place.path).status() }
        guard device.matches(status) else {
            throw RuntimeError(.invalidSpec, "there is another file of that name that is not the device")
        }
    }

    /// Where mknod(2) is not allowed: the host's own node.
    private func bindNode(_ device: LinuxSection.Device, _ name: String, in folder: BorrowedDescriptor)
        throws(RuntimeError)
    {
        try attempt("bind the host's node") { () throws(Errno) in
            let node = try BorrowedDescriptor.currentDirectory.cloneTree(device.path, recursive: false)
            guard device.matches(try node.status()) else { throw .notPermitted }
            let place = try folder.open(name, .newFile, mode: 0)
            try node.attach(over: place)
        }
    }

    mutating func link(_ place: NodePlace, to target: String, replacing: Bool) throws(RuntimeError) {
        do {
            let folder = try open(place)
            try attempt("symlink") { () throws(Errno) in
                try makeLink(place.name, in: folder, to: target, replacing: replacing)
            }
        } catch {
            throw error.during("link \"\(place.path)\" to \"\(target)\"")
        }
    }

    private func makeLink(
        _ name: String,
        in folder: BorrowedDescriptor,
        to target: String,
        replacing: Bool
    ) throws(Errno) {
        do { return try folder.makeSymlink(name, to: target) } catch {
            guard error == .exists else { throw error }
        }
        guard replacing else { return }
        try folder.unlink(name)
        try folder.makeSymlink(name, to: target)
    }

    /// The folder of `place`, made if it is missing. Whatever the image has at `/dev`, a link too, it is in the rootfs
    /// (CVE-2026-41579).
    private mutating func open(_ place: NodePlace) throws(RuntimeError) -> BorrowedDescriptor {
        if place.folder == folderPath, let folder = BorrowedDescriptor(optional: folder) { return folder }
        do {
            let file = try root.makeDirectories(inRoot: place.folder)
            folderSetsGroup = try file.status().permissions & 0o2000 != 0
            folderPath = place.folder
            let view = file.borrowed
            folder = consume file
            return view
        } catch {
            throw RuntimeError(.kernel, "open \"\(place.folder)\"", errno: error)
        }
    }
}

extension LinuxSection.Device {
    var nodeKind: FileStatus.Kind {
        switch kind {
        case .character, .unbuffered: .character
        case .block: .block
        case .fifo: .fifo
        }
    }

    func matches(_ status: FileStatus) -> Bool {
        guard status.kind == nodeKind else { return false }
        return kind == .fifo || status.major == major && status.minor == minor
    }
}
