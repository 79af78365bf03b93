internal import Cgroups
internal import Linux
internal import OCI

/// A container on its way: unless it is kept, nothing of it remains.
struct HalfMadeContainer: ~Copyable {
    let directory: ContainerDirectory
    let cgroup: Cgroup
    private let log: Log
    private var kept = false

    /// Makes the folder, notes the configuration, and makes the cgroup.
    init(
        _ id: String,
        in store: ContainerStore,
        bundle: Bundle,
        _ cgroup: Cgroup,
        log: Log
    ) throws(RuntimeError) {
        let directory = try store.create(id)
        do throws(RuntimeError) {
            try directory.writeConfig(bundle.configBytes)
            try cgroup.create(resources: bundle.spec.linux.resources)
        } catch {
            // The reason to report is the first one.
            do throws(RuntimeError) { try directory.remove() } catch { log.warning("clean up: \(error)") }
            throw error
        }
        self.directory = directory
        self.cgroup = cgroup
        self.log = log
    }

    /// From here on the container is the caller's.
    mutating func keep() { kept = true }

    deinit {
        if kept { return }
        do throws(RuntimeError) { try cgroup.remove() } catch { log.warning("clean up: \(error)") }
        do throws(RuntimeError) { try directory.remove() } catch { log.warning("clean up: \(error)") }
    }
}
