internal import Linux
package import OCI

extension Runtime {
    /// Runs a further process in a container: its exit status, or 0 at once where it is detached.
    package func exec(_ options: ExecOptions) throws(RuntimeError) -> Int32 {
        let request = try ExecRequest(options, in: store)
        if options.detach {
            let started = try launch(ExecLaunch(request, self))
            _ = started.process.release()
            finishTrace()
            return 0
        }
        var foreground = try Foreground.prepare(
            terminal: request.process.terminal,
            owner: (0, 0),
            subreaper: false
        )
        var started = try launch(
            ExecLaunch(
                request,
                self,
                streams: foreground.childStreams,
                terminalSize: foreground.terminalSize
            )
        )
        let terminal = started.terminal.take()
        let pid = started.process.pid
        let pidfd = started.process.release()
        finishTrace()
        if let terminal { try foreground.attach(terminal) }
        return try foreground.supervise(pid: pid, pidfd: pidfd.borrowed).shellCode
    }

    /// Milliseconds that the second process may take to see that nobody listens.
    private static let patience = 1000

    private func launch(_ launch: consuming ExecLaunch) throws(RuntimeError) -> ExecLaunch.Started {
        do { return try launch.perform() } catch {
            // The second process may be there and not known yet (HS-9): it ends with the conversation.
            Wait.reapRest(milliseconds: Runtime.patience)
            throw error
        }
    }
}
