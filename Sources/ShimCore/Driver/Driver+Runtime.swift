internal import ContainerLog
internal import Linux
internal import OCI
internal import ShimProtocol

/// Runs of the runtime, and every child's end.
extension Driver {
    // MARK: - Beginning

    func run(_ call: RuntimeCall, for id: CallID) {
        let streams = streamsGiven(to: call)
        if isRefused(call) {
            if let streams { discardOutput(of: streams) }
            let message = "\(RuntimeRun.limit) runs of the runtime are going on"
            return post(.callEnded(id, CallResult(status: nil, message: message)))
        }
        // It may have removed the cgroup before the end of what it kills is seen (SM-33).
        if call == .deleteForced { _ = countOOMKills() }
        do throws(Errno) {
            let run = try RuntimeRun(id, call, pidFile: Driver.pidFile(of: call, streams), now: now)
            run.streams = streams
            streams?.oomKillsBefore = countOOMKills()
            try spawn(run)
            runs.append(run)
        } catch {
            if let streams { discardOutput(of: streams) }
            post(.callEnded(id, CallResult(status: nil, message: "run \(options.runtime): \(error)")))
        }
    }

    /// Whether too many runs are going on. Those that kill the container are counted apart: other runs that hang must
    /// not keep it alive.
    private func isRefused(_ call: RuntimeCall) -> Bool {
        let limit = RuntimeRun.limit
        // After the end it is the machine's, which runs one.
        if call == .deleteForced { return firstEnd == nil && runs.count { $0.kind == .deleteForced } >= limit }
        return call.isRequested && runs.count { $0.kind.isRequested } >= limit
    }

    /// By SIGKILL; nothing where it has ended.
    func interrupt(_ call: CallID) {
        guard let run = runs.first(where: { $0.call == call }) else { return }
        // It is a child that was not reaped yet, so the pid is no other's.
        do throws(Errno) { try sendSignal(Signal.kill.number, to: run.pid) } catch {}
    }

    /// `create` and `exec` make a process, which gets its streams through them.
    private func streamsGiven(to call: RuntimeCall) -> Streams? {
        switch call {
        case .create: container
        case .exec(let id): streams(of: .session(id))
        default: nil
        }
    }

    private static func pidFile(of call: RuntimeCall, _ streams: Streams?) -> String? {
        guard let streams else { return nil }
        return streams.session.map { file($0, "pid") } ?? "pid"
    }

    private func spawn(_ run: RuntimeRun) throws(Errno) {
        if let streams = run.streams {
            if streams.isTerminal {
                try makeConsole(of: streams)
            } else if case .container = streams.owner {
                try makePipes(of: streams, input: options.stdin)
                try logOutput(of: streams)
            }
        }
        let command = command(for: run)
        if let ends = run.streams?.ends.views() {
            run.pid = try command.spawn(input: ends.input, output: ends.output, error: ends.error)
            // From here on the container alone holds them: their end is its end.
            run.streams?.ends = nil
        } else {
            run.pid = try command.spawn(input: try input(of: run), output: run.output, error: run.error)
        }
    }

    private func command(for run: RuntimeRun) -> Command {
        let builder = RuntimeCommand(options: options, folder: folder.path)
        let arguments = builder.arguments(
            run.kind,
            log: run.log,
            pidFile: run.pidFile,
            process: run.streams?.session.map { Driver.file($0, "process") },
            console: run.streams?.console?.path
        )
        var command = Command(options.runtime, arguments: arguments, environment: options.environment, directory: "/")
        // What a create that goes on alone makes after the shim's end nobody would find; what one leaves that ends with
        // the shim, whoever comes next does. The others change what is there already, and may come to their end.
        command.diesWithParent = run.kind == .create
        command.descriptorLimit = inheritance.descriptors
        command.oomScoreAdjustment = inheritance.oomScore
        return command
    }

    private func input(of run: RuntimeRun) throws(Errno) -> FileDescriptor {
        if case .update(let resources) = run.kind { return try Pipe.filled(with: resources) }
        return try BorrowedDescriptor.currentDirectory.open("/dev/null", .read)
    }

    // MARK: - The end

    func reap() {
        while let (pid, status) = nextEnded() {
            if log.childEnded(pid, ok: status.isSuccess) {
                watchLog()
                continue
            }
            if let index = runs.firstIndex(where: { $0.pid == pid }) {
                ended(runs.remove(at: index), status)
            } else {
                if pid == stateFile.pid, firstEnd == nil { firstEnd = now }
                post(.childEnded(pid, status))
            }
            // Before the next one is reaped: until then its number is its own, and the machine may signal it.
            handleEvents()
        }
    }

    private func nextEnded() -> (pid: Int32, status: WaitStatus)? {
        do throws(Errno) { return try Wait.reapEnded() } catch { return nil }
    }

    private func ended(_ run: RuntimeRun, _ status: WaitStatus) {
        if let streams = run.streams { takeTerminal(of: streams) }
        var result = CallResult(status: status)
        if status.isSuccess { succeeded(run, &result) } else { failed(run, &result) }
        if run.isOverdue, !status.isSuccess {
            let seconds = RuntimeRun.patience / 1_000_000_000
            result.message = "the runtime's \(RuntimeCommand.verb(run.kind)) did not end in \(seconds) s"
        }
        if let pidFile = run.pidFile { folder.remove(pidFile) }
        if let name = run.streams?.session { folder.remove(Driver.file(name, "process")) }
        post(.callEnded(run.call, result))
    }

    private func succeeded(_ run: RuntimeRun, _ result: inout CallResult) {
        folder.remove(run.log)
        if let pidFile = run.pidFile { result.pid = readPid(pidFile) }
        if case .state = run.kind { result.report = StateAnswer(parsing: Driver.written(to: run.output)) }
        result.isChild = (result.pid ?? result.report?.pid).map(Wait.isChild) ?? true
        // Not before: what a runtime that fails writes there is its error, and not the container's output.
        if let streams = run.streams { startReading(streams) }
    }

    private func failed(_ run: RuntimeRun, _ result: inout CallResult) {
        if let pidFile = run.pidFile { result.pid = readPid(pidFile) }
        var written = Driver.written(to: run.error)
        if let streams = run.streams {
            if let error = streams.outputs.last?.view { written += Driver.waiting(in: error) }
            discardOutput(of: streams)
        }
        result.message = RuntimeLog.message(log: readEnd(of: run.log, RuntimeLog.searched), written: written)
        // That there is no container is an answer, and no failure to be shown.
        if case .state = run.kind { return folder.remove(run.log) }
        do throws(Errno) {
            try folder.descriptor.rename(run.log, to: StateFolder.Name.runtimeLog)
        } catch { folder.remove(run.log) }
    }

    /// There is no process: what is in the pipes is not its output.
    private func discardOutput(of streams: Streams) {
        streams.ends = nil
        for channel in streams.outputs {
            channel.buffer = nil
            if channel.isOpen { close(channel) }
        }
        takeTerminal(of: streams)
    }

    /// The runtime writes the number and no newline, but who knows. kill(2) gives 0 and -1 another sense, and 1 is nobody's
    /// child.
    private func readPid(_ file: String) -> Int32? {
        Int32(RuntimeLog.text(readEnd(of: file, 4096))).flatMap { $0 > 1 ? $0 : nil }
    }

    func readRuntimeLog() -> [[UInt8]] {
        RuntimeLog.values(readEnd(of: StateFolder.Name.runtimeLog, RuntimeLog.told))
    }

    /// The last whole lines of a file, `limit` bytes at most. Empty where there is none.
    private func readEnd(of name: String, _ limit: Int) -> [UInt8] {
        do throws(Errno) {
            let file = try folder.descriptor.open(name, [.read, .noFollow])
            let size = try file.status().size
            var bytes: [UInt8] = []
            let start = max(0, size - Int64(limit))
            _ = try file.read(at: start, upTo: Int(min(size, Int64(limit))), into: &bytes)
            return RuntimeLog.wholeLines(bytes, isAll: start == 0)
        } catch { return [] }
    }

    private static func written(to file: borrowing FileDescriptor) -> [UInt8] {
        do throws(Errno) { return try file.readAgain(upTo: RuntimeLog.limit) } catch { return [] }
    }

    private static func waiting(in pipe: BorrowedDescriptor) -> [UInt8] {
        do throws(Errno) { return try pipe.read(upTo: 4096) } catch { return [] }
    }
}

extension RuntimeEnds? {
    borrowing func views() -> (input: BorrowedDescriptor, output: BorrowedDescriptor, error: BorrowedDescriptor)? {
        switch self {
        case .some(let ends): return (ends.input.borrowed, ends.output.borrowed, ends.error.borrowed)
        case nil: return nil
        }
    }
}
