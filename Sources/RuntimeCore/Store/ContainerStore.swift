internal import Linux
package import OCI

/// The folder of all containers' states (`--root`).
package struct ContainerStore: Sendable {
    package let root: String

    package init(root: String) { self.root = root }

    /// Makes the folder of a new container, and locks it. `.exists` when the id is taken.
    package func create(_ id: String) throws(RuntimeError) -> ContainerDirectory {
        try makeRoot()
        // A `delete --force` may take the new folder for an abandoned one before it is locked; then the next one is ours.
        for _ in 0..<16 {
            do throws(RuntimeError) { return try make(id) } catch {
                if error.kind != .notFound { throw error }
            }
        }
        throw RuntimeError(.exists, "other commands keep removing the container's folder")
    }

    private func make(_ id: String) throws(RuntimeError) -> ContainerDirectory {
        let path = "\(root)/\(id)"
        do { try HostFile.makeDirectory(path, mode: 0o700) } catch {
            if error == .exists { throw ContainerStore.taken }
            throw RuntimeError(.kernel, "mkdir \(path)", errno: error)
        }
        do throws(RuntimeError) {
            let directory = try open(id)
            try directory.lock()
            // Of two that made it one after the other the first to lock has it.
            if directory.isTaken() { throw ContainerStore.taken }
            return directory
        } catch {
            // Only an empty one goes; the reason to report is the first one.
            do { try HostFile.removeDirectory(path) } catch {}
            throw error
        }
    }

    private static let taken = RuntimeError(.exists, "container with given ID already exists")

    /// Opens a container's folder. `.notFound` when there is none.
    package func open(_ id: String) throws(RuntimeError) -> ContainerDirectory {
        try ContainerID.validate(id)
        let path = "\(root)/\(id)"
        do {
            let descriptor = try BorrowedDescriptor.currentDirectory.open(path, [.read, .directory, .noFollow])
            return ContainerDirectory(id: id, path: path, descriptor: descriptor)
        } catch {
            if error == .noEntry { throw RuntimeError(.notFound, "container does not exist") }
            throw RuntimeError(.kernel, "open \(path)", errno: error)
        }
    }

    /// The ids of all containers, half-made ones too, in their order. A store that does not exist is an error.
    package func ids() throws(RuntimeError) -> [String] {
        let names = try attempt("open \(root)") { () throws(Errno) in
            try BorrowedDescriptor.currentDirectory.open(root, [.read, .directory]).entries()
        }
        return names.sorted()
    }

    /// The folder and its parents, private to root.
    private func makeRoot() throws(RuntimeError) {
        do { try HostFile.makeDirectory(root, mode: 0o700) } catch {
            if error == .exists { return }
            guard error == .noEntry else { throw RuntimeError(.kernel, "mkdir \(root)", errno: error) }
            try makeParents()
        }
    }

    private func makeParents() throws(RuntimeError) {
        var path = ""
        for part in root.split(separator: "/") {
            path += (path.isEmpty && !root.hasPrefix("/") ? "" : "/") + part
            do { try HostFile.makeDirectory(path, mode: 0o700) } catch {
                if error != .exists { throw RuntimeError(.kernel, "mkdir \(path)", errno: error) }
            }
        }
    }
}
