internal import Cgroups
internal import Linux
package import OCI

extension Runtime {
    /// Removes a stopped container; with `force` kills it first, takes half-made ones too, and knows no missing one.
    package func delete(id: String, force: Bool) throws(RuntimeError) {
        do throws(RuntimeError) {
            let directory = try store.open(id)
            try directory.lock()
            try delete(directory, force: force)
        } catch {
            guard force, error.kind == .notFound else { throw error }
        }
    }

    private func delete(_ directory: consuming ContainerDirectory, force: Bool) throws(RuntimeError) {
        let state: ContainerState
        // Under the lock, so that what is half made now is nobody's work.
        do throws(RuntimeError) { state = try directory.readState() } catch {
            guard force, error.kind == .notFound || error.kind == .invalidSpec else { throw error }
            let isUnreadable = error.kind == .invalidSpec
            if isUnreadable { log.warning("the record cannot be read: \(error)") }
            return try deleteHalfMade(directory, killing: isUnreadable)
        }
        let container = Container(directory, state)
        try stop(container, force: force)
        try container.destroy()
        try container.runPoststopHooks()
    }

    private func stop(_ container: borrowing Container, force: Bool) throws(RuntimeError) {
        switch try container.status() {
        case .stopped: return
        case .created: try container.killAll()
        case _ where force: try container.killAll()
        case let status:
            throw RuntimeError(
                .wrongState,
                "cannot delete container \(container.directory.id) that is not stopped: \(status.rawValue)"
            )
        }
    }

    /// A runtime that was killed half-way leaves a folder without state.json; its init has died with it (it watches its
    /// parent until the state is written), so that only empty things remain. Then no process is killed: a cgroup with
    /// members is somebody else's. Where a record was, the cgroup is the container's (`killing`).
    private func deleteHalfMade(
        _ directory: borrowing ContainerDirectory,
        killing: Bool
    ) throws(RuntimeError) {
        do throws(RuntimeError) {
            let spec = try Spec.parse(directory.readConfig())
            let host = try CgroupHost.detect()
            let cgroup = try Cgroup.locate(on: host, cgroupsPath: spec.linux.cgroupsPath, id: directory.id)
            if killing, cgroup.exists() { try cgroup.kill(signal: Signal.kill.number) }
            try cgroup.remove()
        } catch {
            log.warning("remove what is left of \(directory.id): \(error)")
        }
        try directory.remove()
    }
}
