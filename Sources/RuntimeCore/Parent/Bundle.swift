internal import Linux
internal import OCI

/// A bundle's folder (bundle.md) and its configuration, read once.
struct Bundle {
    /// Absolute.
    let path: String
    let configBytes: [UInt8]
    let spec: Spec

    /// Enters the folder, since relative paths of the configuration are relative to it, and reads config.json.
    init(_ folder: String) throws(RuntimeError) {
        try attempt("chdir \(folder)") { () throws(Errno) in try ThisProcess.changeDirectory(folder) }
        path = try attempt("getcwd") { () throws(Errno) in try HostFile.workingDirectory() }
        configBytes = try Bundle.readConfig(in: path)
        spec = try during("config.json") { [configBytes] () throws(RuntimeError) in try Spec.parse(configBytes) }
    }

    static func readConfig(in folder: String) throws(RuntimeError) -> [UInt8] {
        do throws(Errno) {
            // Without waiting: a fifo has no writer, and nothing but a file can be a configuration.
            let file = try BorrowedDescriptor.currentDirectory.open("\(folder)/config.json", [.read, .nonBlocking])
            guard try file.status().kind == .regular else { throw Errno.invalid }
            return try file.readAll()
        } catch {
            if error == .noEntry {
                throw RuntimeError(.notFound, "JSON specification file config.json not found")
            }
            throw RuntimeError(.kernel, "read \(folder)/config.json", errno: error)
        }
    }

    /// The rootfs, absolute and free of symlinks, as the state reports it.
    func resolveRootfs() throws(RuntimeError) -> String {
        let given = spec.root?.path ?? ""
        let absolute = given.hasPrefix("/") ? given : "\(path)/\(given)"
        let resolved = try attempt("invalid rootfs: open \(absolute)") { () throws(Errno) in
            let folder = try BorrowedDescriptor.currentDirectory.open(absolute, [.path, .directory])
            return try BorrowedDescriptor.currentDirectory.readLink(folder.procPath)
        }
        if resolved == "/" { throw RuntimeError(.invalidSpec, "invalid rootfs: root.path is the host's own root") }
        return resolved
    }
}
