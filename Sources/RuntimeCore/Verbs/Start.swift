internal import Linux
package import OCI

extension Runtime {
    /// Lets a created container's init go on to its program, and runs the poststart hooks.
    package func start(id: String) throws(RuntimeError) {
        let container = try Container(id, in: store, locked: true)
        switch try container.status() {
        case .created: break
        case .stopped: throw RuntimeError(.wrongState, "cannot start a container that has stopped")
        case .running: throw RuntimeError(.wrongState, "cannot start an already running container")
        case let status:
            throw RuntimeError(.wrongState, "cannot start a container in the \(status.rawValue) state")
        }
        try StartBarrier.lift(container)
        // The container runs: a hook may call the runtime on it.
        try container.directory.unlock()
        try runPoststartHooks(container)
    }

    func runPoststartHooks(_ container: borrowing Container) throws(RuntimeError) {
        do throws(RuntimeError) {
            let state = HookState(container.state, status: .running)
            try HookRunner.run(container.state.hooks.poststart, .poststart, state: state.json())
        } catch {
            // config.md "Poststart": the container is stopped when one fails (runtime-spec 1.3).
            try container.killAll()
            throw error
        }
    }
}

/// The reader's side of exec.fifo.
enum StartBarrier {
    /// Milliseconds.
    private static let patience: Int32 = 30_000

    /// Opens the fifo, waits for init's byte, and takes the fifo away. Polled together with init's pidfd, so that an
    /// init that died is never taken for one that started. Init waits, so its byte comes at once, unless a `start` that
    /// was killed before it took the fifo away has had it.
    static func lift(_ container: borrowing Container) throws(RuntimeError) {
        let pidfd = try container.openInit()
        let fifo = try attempt("open exec.fifo") { () throws(Errno) in try container.directory.openFifo() }
        var isInTime = true
        let byte = try attempt("read exec.fifo") { () throws(Errno) in
            var entries = [PollEntry(fifo.borrowed, .input), PollEntry(pidfd.borrowed, .input)]
            isInTime = try PollEntry.wait(&entries, milliseconds: patience) > 0
            return isInTime ? try fifo.read(upTo: 1) : []
        }
        if !isInTime { throw RuntimeError(.wrongState, "the container's init does not wait for start") }
        if byte.isEmpty {
            throw RuntimeError(.wrongState, "the container's init died before it ran its program")
        }
        try container.directory.removeFifo()
    }
}
