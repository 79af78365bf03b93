internal import Linux
internal import OCI

extension Rootfs {
    /// Finds the place of a mount, or makes it: a file for a file, else a folder, with the folders above. Links are
    /// followed as if the rootfs were `/`, also those that lead to nothing.
    func target(for request: MountRequest, asFile: Bool = false) throws(RuntimeError) -> MountTarget {
        if let target = try find(request) {
            try refuseRoot(target.path, request)
            return target
        }
        return try during("make mountpoint \"\(request.destination)\"") { () throws(RuntimeError) in
            try make(request, asFile: asFile)
        }
    }

    private func make(_ request: MountRequest, asFile: Bool) throws(RuntimeError) -> MountTarget {
        let mode: UInt32 = asFile ? 0o644 : 0o755
        try ProcRule.check(request.destination, request, sourceIsProc: true)
        do {
            if let file = try root.makeLast(inRoot: request.destination, asFile: asFile, mode: mode) {
                return MountTarget(file: file, path: request.destination, wasMade: true)
            }
        } catch {
            throw RuntimeError(.kernel, "create", errno: error)
        }
        let parts = try attempt("resolve") { () throws(Errno) in try root.resolve(inRoot: request.destination) }
        let path = "/" + parts.joined(separator: "/")
        try refuseRoot(path, request)
        try ProcRule.check(path, request, sourceIsProc: true)
        let file = try attempt("create") { () throws(Errno) in
            asFile ? try root.makeFile(inRoot: path) : try root.makeDirectories(inRoot: path)
        }
        return MountTarget(file: file, path: path, wasMade: true)
    }

    private func find(_ request: MountRequest) throws(RuntimeError) -> MountTarget? {
        let flags: OpenFlags = request.isPlain ? .plainFolder : .path
        // No link on the way, so the path is the place: saves asking for it.
        switch root.look(inRoot: request.destination, flags, links: false) {
        case .file(let file): return MountTarget(file: file, path: request.destination, wasMade: false)
        case .missing: return nil
        case .failed(.loop): return try findThroughLinks(request, flags)
        case .failed(let errno): throw lookup(request, errno)
        }
    }

    private func findThroughLinks(_ request: MountRequest, _ flags: OpenFlags) throws(RuntimeError) -> MountTarget? {
        switch root.look(inRoot: request.destination, flags) {
        case .file(let file):
            let path: String
            do { path = try place(of: file) } catch { throw lookup(request, error) }
            return MountTarget(file: file, path: path, wasMade: false)
        case .missing: return nil
        case .failed(let errno): throw lookup(request, errno)
        }
    }

    private func lookup(_ request: MountRequest, _ errno: Errno) -> RuntimeError {
        guard request.isPlain, errno == .notDirectory else {
            return RuntimeError(.kernel, "lookup mountpoint target", errno: errno)
        }
        return RuntimeError(.invalidSpec, "filesystem \"\(request.type)\" must be mounted on ordinary directory")
    }

    /// The path of an open file inside the container; `EXDEV` if it is not in there.
    private func place(of file: borrowing FileDescriptor) throws(Errno) -> String {
        let whole = try ProcFS.path(of: file)
        let top = try ProcFS.path(of: root)
        if top == "/" || whole == top { return whole == top ? "/" : whole }
        guard whole.hasPrefix(top + "/") else { throw .crossDevice }
        return String(whole.dropFirst(top.count))
    }

    private func refuseRoot(_ path: String, _ request: MountRequest) throws(RuntimeError) {
        guard path == "/" else { return }
        throw RuntimeError(
            .invalidSpec,
            "mountpoint \"\(request.destination)\" is on the top of rootfs \"\(self.path)\""
        )
    }
}

extension MountRequest {
    /// procfs and sysfs go where the path says and nowhere else (CVE-2019-19921, CVE-2023-27561).
    var isPlain: Bool { type == "proc" || type == "sysfs" }
}
