internal import Cgroups
internal import Linux
package import OCI

extension Runtime {
    /// Sends a signal to the container's init. SIGKILL goes to every process of the cgroup where no PID namespace dies
    /// with init. `all` makes "not running" a success (runc's obsolete `kill --all`).
    package func kill(id: String, signal: Int32, all: Bool) throws(RuntimeError) {
        let container = try Container(id, in: store)
        let signal = Signal(signal)
        if signal == .kill, !container.state.hasPrivatePidNamespace {
            return try container.killCgroup()
        }
        do throws(RuntimeError) {
            try container.signalInit(signal)
        } catch {
            if all, error == Container.notRunning { return }
            throw error
        }
    }

    package func pause(id: String) throws(RuntimeError) {
        let container = try Container(id, in: store, locked: true)
        switch try container.status() {
        case .running, .created: try container.cgroup.freeze()
        case let status:
            throw RuntimeError(.wrongState, "container not running: \(status.rawValue)")
        }
    }

    package func resume(id: String) throws(RuntimeError) {
        let container = try Container(id, in: store, locked: true)
        guard try container.status() == .paused else { throw RuntimeError(.wrongState, "container not paused") }
        try container.cgroup.thaw()
    }
}
