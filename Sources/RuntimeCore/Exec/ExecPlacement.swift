internal import Cgroups
internal import Linux
internal import OCI

/// In which cgroup an exec'd process starts: born there on v2; on v1 it joins by itself.
struct ExecPlacement: ~Copyable {
    /// The v2 folder for CLONE_INTO_CGROUP.
    private let nursery: FileDescriptor?
    private let folder: BorrowedDescriptor?
    let cgroup: Cgroup
    /// Init's own cgroup, where it has moved itself elsewhere; nil when a sub-cgroup is asked for by name.
    private let fallback: Cgroup?

    init(_ request: borrowing ExecRequest, log: Log) throws(RuntimeError) {
        let parts = request.options.cgroups
        let cgroup = try request.container.cgroup.subgroup(parts)
        var fallback: Cgroup?
        var nursery: FileDescriptor?
        if cgroup.unifiedPath != nil {
            fallback = parts.isEmpty ? try ExecPlacement.cgroupOfInit(request) : nil
            nursery = try ExecPlacement.open(cgroup, otherwise: fallback, log)
        } else {
            nursery = try cgroup.openNursery()
        }
        self.cgroup = cgroup
        self.fallback = fallback
        folder = nursery.view()
        self.nursery = nursery
    }

    private static func cgroupOfInit(_ request: borrowing ExecRequest) throws(RuntimeError) -> Cgroup {
        try Cgroup.ofProcess(request.container.state.initProcessPid, on: CgroupHost.detect())
    }

    private static func open(
        _ cgroup: Cgroup,
        otherwise fallback: Cgroup?,
        _ log: Log
    ) throws(RuntimeError) -> FileDescriptor {
        do { return try cgroup.open() } catch {
            guard let fallback else { throw failure(0, error) }
            log.debug("\(error): joining the cgroup of init")
            return try fallback.open()
        }
    }

    /// clone3(2); on v2 a cgroup with domain controllers takes no process (EBUSY), and then init's own one is tried.
    borrowing func clone() throws(RuntimeError) -> Cloned {
        do { return try Linux.clone([], into: folder) } catch {
            guard error == .busy, let fallback else {
                throw ExecPlacement.failure(0, RuntimeError(.kernel, "clone3", errno: error))
            }
            return try ExecPlacement.clone(into: fallback)
        }
    }

    private static func clone(into cgroup: Cgroup) throws(RuntimeError) -> Cloned {
        let folder = try cgroup.open()
        return try attempt("clone3 into the cgroup of init") { () throws(Errno) in
            try Linux.clone([], into: folder.borrowed)
        }
    }

    /// runc's words, which callers match.
    private static func failure(_ pid: Int32, _ error: RuntimeError) -> RuntimeError {
        error.during("error adding pid \(pid) to cgroups")
    }
}
