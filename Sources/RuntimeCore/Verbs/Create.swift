internal import Linux
package import OCI

extension Runtime {
    /// runtime.md "Create": everything but the program is set up; init waits for `start`.
    package func create(_ options: CreateOptions) throws(RuntimeError) {
        let mode = LaunchMode(waitsForStart: true, detached: true)
        let launched = try Launch(self, options, mode).perform()
        _ = launched.letLive()
        finishTrace()
    }

    /// `create`, `start` and, unless detached, the wait for the end: the exit status of the container's process.
    package func run(_ options: RunOptions) throws(RuntimeError) -> Int32 {
        let mode = LaunchMode(waitsForStart: false, detached: options.detach)
        var launch = try Launch(self, options.create, mode)
        if options.detach { return try runDetached(launch) }
        var foreground = try Foreground.prepare(
            terminal: launch.bundle.spec.process?.terminal == true,
            owner: (0, 0),
            subreaper: !options.noSubreaper
        )
        launch.streams = foreground.childStreams
        launch.terminalSize = foreground.terminalSize
        var launched = try launch.perform()
        let terminal = launched.terminal.take()
        // While a failure still ends it, and nobody else can have taken its place.
        let container = try Container(options.create.id, in: store)
        let pidfd = launched.letLive()
        let status: Int32
        do throws(RuntimeError) {
            try runPoststartHooks(container)
            finishTrace()
            if let terminal { try foreground.attach(terminal) }
            let pid = container.state.initProcessPid
            status = try foreground.supervise(pid: pid, pidfd: pidfd.borrowed).shellCode
        } catch {
            if !options.keep { try destroy(container) }
            throw error
        }
        if !options.keep { try destroy(container) }
        return status
    }

    private func runDetached(_ launch: Launch) throws(RuntimeError) -> Int32 {
        let launched = try launch.perform()
        let container = try Container(launch.options.id, in: store)
        _ = launched.letLive()
        do throws(RuntimeError) { try runPoststartHooks(container) } catch {
            try destroy(container)
            throw error
        }
        finishTrace()
        return 0
    }

    /// After the end of a foreground container, or of one whose poststart hook failed. Another command may have deleted
    /// it already, and even made one of the same name, which is not ours.
    private func destroy(_ container: borrowing Container) throws(RuntimeError) {
        do throws(RuntimeError) {
            try container.directory.lock()
            try container.killAll()
            try container.destroy()
        } catch {
            if error.kind == .notFound { return }
            throw error.during("remove container \(container.directory.id)")
        }
        // The exit status is the process's, whatever a hook says after its end.
        do throws(RuntimeError) { try container.runPoststopHooks() } catch {
            log.warning("unable to destroy container: \(error)")
        }
    }
}
