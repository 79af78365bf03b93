internal import Cgroups
internal import Linux
package import OCI

extension Runtime {
    /// What runtime.md's "Query State" asks for.
    package func state(id: String) throws(RuntimeError) -> StateReport {
        try Container(id, in: store).report()
    }

    /// Every container, by id. One that cannot be read is warned of and left out: it may be half made, or half removed.
    package func list() throws(RuntimeError) -> [StateReport] {
        var reports: [StateReport] = []
        for id in try store.ids() {
            do throws(RuntimeError) {
                reports.append(try Container(id, in: store).report())
            } catch {
                log.warning("load container \(id): \(error)")
            }
        }
        return reports
    }

    /// The pids of the container's processes, as the host sees them.
    package func processes(id: String) throws(RuntimeError) -> [Int32] {
        try Container(id, in: store).cgroup.processes()
    }

    /// Changes the limits of a container. What is not named stays as it is; the cgroup files are the only record.
    package func update(id: String, resources: Resources) throws(RuntimeError) {
        let container = try Container(id, in: store, locked: true)
        if try container.status() == .stopped { throw Container.notRunning }
        try container.cgroup.update(resources, current: nil, log: log)
    }
}
