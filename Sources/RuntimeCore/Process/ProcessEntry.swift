package import Linux
package import OCI

extension ProcessPlan {
    /// The last steps as one, from root inside the container's root to the user that the process is to have.
    package mutating func becomeProcess(log: Log) throws(RuntimeError) {
        try enterDirectory()
        completeEnvironment()
        try dropBounding()
        try becomeUser()
        try requireDirectory()
        try applyCapabilities(log: log)
    }

    /// As root first, which may enter what the user cannot; a refusal is left to `requireDirectory`.
    package mutating func enterDirectory() throws(RuntimeError) {
        do {
            try ThisProcess.changeDirectory(directory)
            isInDirectory = true
        } catch {
            if error == .access || error == .notPermitted { return }
            throw directoryError(error)
        }
    }

    /// As the user, where root was refused (a volume that only the user may enter), and the proof that the folder is
    /// inside the root: a descriptor of the host's that leaked would lead out (CVE-2024-21626).
    package mutating func requireDirectory() throws(RuntimeError) {
        if !isInDirectory {
            do { try ThisProcess.changeDirectory(directory) } catch { throw directoryError(error) }
            isInDirectory = true
        }
        let actual: String
        do { actual = try HostFile.workingDirectory() } catch {
            if error == .noEntry { throw ProcessPlan.escaped }
            throw RuntimeError(.kernel, "failed to verify if current working directory is safe", errno: error)
        }
        if !actual.hasPrefix("/") { throw ProcessPlan.escaped }
    }

    private func directoryError(_ error: Errno) -> RuntimeError {
        RuntimeError(.kernel, "chdir to cwd (\"\(directory)\") set in config.json failed", errno: error)
    }

    static let escaped = RuntimeError(
        .kernel,
        "current working directory is outside of container mount namespace root"
            + " -- possible container breakout detected"
    )

    /// Inside the container, as root: its /etc/passwd need not be for the user to read.
    package mutating func completeEnvironment() {
        if !environment.hasHome { environment.setHome(HomeDirectory.of(user.uid)) }
    }

    /// As the user, before the start barrier: a missing program is an error of `create`.
    package mutating func findProgram() throws(RuntimeError) {
        program = try ProgramLookup.find(arguments[0], in: environment.searchPath)
    }

    /// Signals as a program expects them, and no descriptor but those that it is to have and those that the child
    /// itself still needs. Before a filter that could refuse the calls.
    package func closeDescriptors(keeping kept: [BorrowedDescriptor]) throws(RuntimeError) {
        try attempt("reset signals") { () throws(Errno) in try SignalSet.restoreAll() }
        try attempt("error closing exec fds") { () throws(Errno) in
            try DescriptorTable.close(from: context.inherited.end, keeping: kept)
        }
    }

    /// Closes one of those that were kept, unless it is the process's own.
    package func closeHeld(_ descriptor: BorrowedDescriptor) {
        if descriptor.rawValue >= context.inherited.end { DescriptorTable.close(descriptor) }
    }

    /// execve(2); what is returned is why not. `kept` is what was kept above: the path of the program may not name a
    /// descriptor of ours (CVE-2024-21626).
    package func exec(closing kept: [BorrowedDescriptor] = []) -> RuntimeError {
        let path = program ?? arguments[0]
        kept.forEach(closeHeld)
        do {
            try Execution.run(path, arguments, environment: environment.entries)
            return RuntimeError(.kernel, "exec \(path)")
        } catch {
            return RuntimeError(.kernel, "exec \(path)", errno: error)
        }
    }
}
