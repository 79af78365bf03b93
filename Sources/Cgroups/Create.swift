internal import Linux
package import OCI

extension Cgroup {
    /// Makes the cgroup, and what is missing above it, ready for `resources` and for processes. One that is there
    /// already must hold none and not be frozen. On failure what was made is removed.
    package func create(resources: Resources) throws(RuntimeError) {
        var made: [String] = []
        do {
            var existing: [String] = []
            for directory in directories where try !make(directory, &made) { existing.append(directory.path) }
            if !existing.isEmpty { try refuseOccupied(existing) }
            if let path = unifiedPath {
                try V2.prepare(path, madeParents: made.count > 1, resources: resources)
            } else if let cpuset = paths["cpuset"] {
                try V1.inheritCPUs(cpuset, isNew: made.contains(cpuset), resources: resources)
            }
        } catch {
            for path in made.reversed() { ignoreFailure { () throws(Errno) in try HostFile.removeDirectory(path) } }
            throw error.kind == .wrongState ? error : error.during("unable to apply cgroup configuration")
        }
    }

    /// False if it was there.
    private func make(_ directory: Directory, _ made: inout [String]) throws(RuntimeError) -> Bool {
        do { return try makeDirectory(directory.path, &made) } catch {
            if directory.isOptional && unifiedPath == nil { return true }
            throw error
        }
    }

    private func makeDirectory(_ path: String, _ made: inout [String]) throws(RuntimeError) -> Bool {
        var parentMissing = false
        while true {
            do {
                try HostFile.makeDirectory(path, mode: 0o755)
                made.append(path)
                return true
            } catch {
                if error == .exists { return false }
                guard error == .noEntry, !parentMissing else {
                    throw RuntimeError(.kernel, "mkdir \(path)", errno: error)
                }
                parentMissing = true
            }
            _ = try makeDirectory(parent(of: path), &made)
        }
    }

    /// Two containers in one cgroup would share limits, and the end of one would be the end of the other. As in runc,
    /// v1's devices hierarchy answers for the others.
    private func refuseOccupied(_ existing: [String]) throws(RuntimeError) {
        if let path = mainPath, existing.contains(path) {
            let count = try processes().count
            if count > 0 {
                throw RuntimeError(.wrongState, "container's cgroup is not empty: \(count) process(es) found")
            }
        }
        if try isFrozen() { throw RuntimeError(.wrongState, "container's cgroup unexpectedly frozen") }
    }
}
