internal import Linux
package import OCI

/// A cgroup in the making, ready for `resources` and for processes once `complete` is through. One that is there already
/// must hold no process and not be frozen.
///
/// On v1 in two parts: a process is born in what `begin` makes, and sets up what needs no cgroup while the runtime makes
/// the rest, ten folders of forty microseconds each.
package struct CgroupConstruction: Sendable {
    package let cgroup: Cgroup
    private let resources: Resources
    private var made: [String] = []
    private var existing: [String] = []
    package private(set) var isComplete = false

    package init(_ cgroup: Cgroup, resources: Resources) {
        self.cgroup = cgroup
        self.resources = resources
    }

    /// The folder to be born in: all there is on v2, and on v1 the one of the v2 hierarchy beside it.
    package mutating func begin() throws(RuntimeError) {
        if cgroup.unifiedPath != nil { return try complete() }
        try explained { (this) throws(RuntimeError) in
            for directory in this.cgroup.directories where directory.isUnified { try this.make(directory) }
        }
    }

    /// What is missing.
    package mutating func complete() throws(RuntimeError) {
        if isComplete { return }
        try explained { (this) throws(RuntimeError) in
            let isLegacy = this.cgroup.unifiedPath == nil
            for directory in this.cgroup.directories where !(isLegacy && directory.isUnified) {
                try this.make(directory)
            }
            if !this.existing.isEmpty { try this.cgroup.refuseOccupied(this.existing) }
            try this.prepare()
        }
        isComplete = true
    }

    /// After a failure: what was made is removed, and what was there stays.
    package func undo() {
        for path in made.reversed() { ignoreFailure { () throws(Errno) in try HostFile.removeDirectory(path) } }
    }

    private func prepare() throws(RuntimeError) {
        if let path = cgroup.unifiedPath {
            try V2.prepare(path, madeParents: made.count > 1, resources: resources)
        } else if let cpuset = cgroup.paths["cpuset"] {
            try V1.inheritCPUs(cpuset, isNew: made.contains(cpuset), resources: resources)
        }
    }

    private mutating func explained(
        _ body: (inout CgroupConstruction) throws(RuntimeError) -> Void
    ) throws(RuntimeError) {
        do throws(RuntimeError) { try body(&self) } catch {
            throw error.kind == .wrongState ? error : error.during("unable to apply cgroup configuration")
        }
    }

    private mutating func make(_ directory: Cgroup.Directory) throws(RuntimeError) {
        do throws(RuntimeError) {
            if try !makeDirectory(directory.path) { existing.append(directory.path) }
        } catch {
            if directory.isOptional && cgroup.unifiedPath == nil { return }
            throw error
        }
    }

    /// False if it was there.
    private mutating func makeDirectory(_ path: String) throws(RuntimeError) -> Bool {
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
            _ = try makeDirectory(parent(of: path))
        }
    }
}

extension Cgroup {
    /// Two containers in one cgroup would share limits, and the end of one would be the end of the other. As in runc,
    /// v1's devices hierarchy answers for the others.
    fileprivate func refuseOccupied(_ existing: [String]) throws(RuntimeError) {
        if let path = mainPath, existing.contains(path) {
            let count = try processes().count
            if count > 0 {
                throw RuntimeError(.wrongState, "container's cgroup is not empty: \(count) process(es) found")
            }
        }
        if try isFrozen() { throw RuntimeError(.wrongState, "container's cgroup unexpectedly frozen") }
    }
}
