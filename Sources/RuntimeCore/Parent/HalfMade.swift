internal import Cgroups
internal import Linux
internal import OCI

/// A container on its way: unless it is kept, nothing of it remains.
struct HalfMadeContainer: ~Copyable {
    let directory: ContainerDirectory
    private var construction: CgroupConstruction
    private let log: Log
    private var kept = false

    var cgroup: Cgroup { construction.cgroup }

    /// Makes the folder, notes the configuration, and makes the cgroup that init is born in.
    init(
        _ id: String,
        in store: ContainerStore,
        bundle: Bundle,
        _ cgroup: Cgroup,
        log: Log
    ) throws(RuntimeError) {
        let directory = try store.create(id)
        var construction = CgroupConstruction(cgroup, resources: bundle.spec.linux.resources)
        do throws(RuntimeError) {
            try directory.writeConfig(bundle.configBytes)
            try construction.begin()
        } catch {
            construction.undo()
            // The reason to report is the first one.
            do throws(RuntimeError) { try directory.remove() } catch { log.warning("clean up: \(error)") }
            throw error
        }
        self.directory = directory
        self.construction = construction
        self.log = log
    }

    /// The cgroups that init joins by itself.
    mutating func completeCgroup() throws(RuntimeError) { try construction.complete() }

    /// From here on the container is the caller's.
    mutating func keep() { kept = true }

    deinit {
        if kept { return }
        // Until all of it is made, something of another's may be in its place.
        if construction.isComplete {
            do throws(RuntimeError) { try cgroup.remove() } catch { log.warning("clean up: \(error)") }
        } else {
            construction.undo()
        }
        do throws(RuntimeError) { try directory.remove() } catch { log.warning("clean up: \(error)") }
    }
}
