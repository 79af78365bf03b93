internal import Linux
package import OCI

/// What the next owner does for a container whose shim was killed, spec/shim.md SM-61.
package enum Recovery {
    /// Finds out how the container ended, waits for its end where it lives, and leaves a record: the one that is there, or
    /// one of what can be known.
    ///
    /// With `kills` a container that lives is killed first, with all of its processes, by the runtime, which gets
    /// `environment`.
    ///
    /// - Returns: the record that the folder holds now.
    /// - Throws: `.wrongState` while there is a shim, `.notFound` where the folder says nothing of a container.
    package static func run(
        _ path: String,
        kills: Bool,
        environment: [String] = []
    ) throws(RuntimeError) -> ExitRecord {
        var folder = try StateFolder.open(path)
        try takeLock(of: &folder)
        let state = try folder.readState()
        let record = try folder.readRecord()
        guard let state else {
            if let record { return record }
            // Made by the look for it, as a rule.
            folder.remove(StateFolder.Name.lock)
            throw RuntimeError(.notFound, "\(path) says nothing of a container")
        }
        let container = try RecoveredContainer(state: state, environment: environment)
        if let record {
            // It was written, and the shim was killed before it had removed the rest.
            if state.phase != ContainerPhase.ended.rawValue { try container.remove(kills: kills) }
            return record
        }
        let found = try find(container, kills: kills)
        try attempt("write \(path)/\(StateFolder.Name.record)") { () throws(Errno) in
            try folder.replace(StateFolder.Name.record, with: found.encode(), syncs: true)
        }
        folder.remove(StateFolder.Name.socket)
        return found
    }

    /// A shim that was killed holds its lock until the kernel has closed its files, which is some time after kill(2) has
    /// returned: it gets a second.
    private static func takeLock(of folder: inout StateFolder) throws(RuntimeError) {
        for _ in 0..<50 {
            if try folder.takeLock(making: true) { return }
            Clock.sleep(nanoseconds: 20_000_000)
        }
        throw RuntimeError(.wrongState, "the shim of \(folder.path) lives: ask it")
    }

    private static func find(
        _ container: borrowing RecoveredContainer,
        kills: Bool
    ) throws(RuntimeError) -> ExitRecord {
        let state = container.state
        var record = ExitRecord(id: state.id, phase: state.phase)
        record.pid = state.pid == 0 ? nil : state.pid
        record.created = state.created == 0 ? nil : state.created
        record.started = state.started == 0 ? nil : state.started
        record.error = "exit status unknown: the shim was killed"
        guard let pidfd = container.process.view() else {
            try container.remove(kills: kills)
            return record
        }
        let wasAlive = try attempt("look for the container's end") { () throws(Errno) in
            try !Pidfd.waitForEnd(of: pidfd, milliseconds: 0)
        }
        if kills, wasAlive { try container.remove(kills: true) }
        try waitForEnd(of: pidfd)
        // When it ended is known where it was waited for.
        if wasAlive { record.finished = Clock.realtime() }
        if let status = status(of: pidfd, state) {
            record.status = status
            record.error = "the shim was killed before the container had ended"
        }
        try container.remove(kills: kills)
        return record
    }

    private static func waitForEnd(of pidfd: BorrowedDescriptor) throws(RuntimeError) {
        try attempt("wait for the container's end") { () throws(Errno) in
            _ = try Pidfd.waitForEnd(of: pidfd, milliseconds: -1)
        }
    }

    /// Three seconds for whoever is the parent now to wait for it: the kernel tells only then (Linux 6.15). As long as the
    /// parent does not, the zombie itself says it.
    private static func status(of pidfd: BorrowedDescriptor, _ state: ShimStateFile) -> WaitStatus? {
        for _ in 0..<150 {
            do throws(Errno) { return try Pidfd.exitStatus(of: pidfd) } catch {
                if let status = zombieStatus(state) { return status }
                if error != .noData { return nil }
            }
            Clock.sleep(nanoseconds: 20_000_000)
        }
        return nil
    }

    private static func zombieStatus(_ state: ShimStateFile) -> WaitStatus? {
        // To others than root it may say 0.
        guard ThisProcess.effectiveUser == 0 else { return nil }
        do throws(Errno) {
            guard let process = try ProcessStatus.of(state.pid), process.startTime == state.pidStart else { return nil }
            return process.isAlive ? nil : process.exitStatus
        } catch { return nil }
    }
}

/// A container without a shim: its process, if it lives, and what the runtime has of it.
private struct RecoveredContainer: ~Copyable {
    let state: ShimStateFile
    let environment: [String]
    /// nil where the container's first process has ended, or never was.
    let process: FileDescriptor?

    init(state: ShimStateFile, environment: [String]) throws(RuntimeError) {
        try self.init(state, environment, RecoveredContainer.find(state))
    }

    private init(
        _ state: ShimStateFile,
        _ environment: [String],
        _ process: consuming FileDescriptor?
    ) throws(RuntimeError) {
        let isAlive = process.view() != nil
        self.state = state
        self.environment = environment
        self.process = consume process
        if isAlive { try RecoveredContainer.checkMounts(state) }
    }

    private static func find(_ state: ShimStateFile) throws(RuntimeError) -> FileDescriptor? {
        if state.pid == 0 { return nil }
        do throws(Errno) {
            let pidfd = try Pidfd.open(state.pid)
            // Looked at after the pidfd was opened: its number may be another process's by now.
            guard let process = try ProcessStatus.of(state.pid), process.startTime == state.pidStart else { return nil }
            return pidfd
        } catch {
            if error == .noProcess { return nil }
            throw RuntimeError(.kernel, "look for process \(state.pid)", errno: error)
        }
    }

    /// From another mount namespace the runtime would see other cgroups and another state folder.
    private static func checkMounts(_ state: ShimStateFile) throws(RuntimeError) {
        let mine = try attempt("read /proc/self/ns/mnt") { () throws(Errno) in
            try BorrowedDescriptor.currentDirectory.readLink("/proc/self/ns/mnt")
        }
        if state.mountNamespace.isEmpty || mine == state.mountNamespace { return }
        throw RuntimeError(.wrongState, "the container's shim ran in another mount namespace: \(state.mountNamespace)")
    }

    /// Ends the container if it lives and removes what the runtime has of it, as the shim would have done in the end;
    /// nothing of what somebody else has made under the same id.
    func remove(kills: Bool) throws(RuntimeError) {
        if state.keeps && !kills { return }
        guard try isOurs() else { return }
        let output = try run("delete", ["--force"])
        guard output.status == .exited(0) else {
            let words = String(decoding: output.error.prefix(1000), as: UTF8.self)
            throw RuntimeError(.kernel, "\(state.runtime) delete --force \(state.id): \(words)")
        }
    }

    /// Where the runtime knows nothing by this id there is nothing alive, and what was cut off half-way is removed.
    private func isOurs() throws(RuntimeError) -> Bool {
        let output = try run("state", [])
        guard output.status == .exited(0) else { return true }
        guard let answer = StateAnswer(parsing: output.output) else { return false }
        if answer.pid > 0, answer.pid == state.pid { return process.view() != nil || answer.status == "stopped" }
        // A create that was cut off has not said what it made.
        let last = state.created == 0 ? UInt64.max : state.created
        if answer.hasEnded(of: state.bundle, madeFrom: state.begun, to: last) { return true }
        return state.pid == 0 && answer.status == "created" && answer.bundle == state.bundle
            && (answer.created ?? 0) >= state.begun
    }

    private func run(_ verb: String, _ flags: [String]) throws(RuntimeError) -> Command.Output {
        let arguments = [state.runtime] + state.runtimeArguments + [verb] + flags + [state.id]
        let command = Command(state.runtime, arguments: arguments, environment: environment)
        return try attempt("run \(state.runtime)") { () throws(Errno) in try command.run(seconds: 60) }
    }
}
