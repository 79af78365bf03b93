internal import CommandLine
internal import Linux
internal import OCI
internal import ShimProtocol

extension Command {
    static var exec: Command {
        Command(
            name: "exec",
            summary: "run another process in the container",
            synopsis: "<command> [argument...]  |  --process FILE",
            description: """
                The process takes its environment, user, capabilities and limits from the bundle's config.json as it is
                now, changed by the flags, or all of it from the file of --process. The first operand ends the flags of
                shim. Exits with the status of the process, whose record is then forgotten. With --detach it prints the
                session's name: "wait --exec" waits for it, "attach --exec" joins it, "delete-exec" forgets it. A program
                that is not there is 127, one that can't be executed 126. Output that nobody takes or reads is treated as by
                attach; the process keeps running.
                """,
            operands: .atLeast(0),
            flags: Flag.execution,
            stopsAtFirstOperand: true,
            failure: "exec failed",
            failureStatus: ExitCode.unknown
        ) { (call) throws(RuntimeError) in
            let session = try ExecSession(call)
            do throws(RuntimeError) {
                if !call.values.isOn(.detach) { return try session.run(call) }
                try session.start()
            } catch {
                guard let status = ExitCode.of(error, running: session.program) else { throw error }
                Complaint.write(Command.exec.report(of: error))
                return status
            }
            try Output.write("\(session.name)\n")
            return 0
        }
    }

    static var deleteExec: Command {
        Command(
            name: "delete-exec",
            summary: "forget an exec session that has ended or never ran",
            synopsis: "<exec>",
            flags: [.state]
        ) { (call) throws(RuntimeError) in
            _ = try call.ask(.deleteExec(try Call.name(call.operands.first ?? "")))
            return 0
        }
    }
}

/// A new exec session.
private struct ExecSession {
    let name: SessionName
    /// args[0] of its process.
    let program: String
    private let path: String
    private let description: ExecDescription

    init(_ call: Call) throws(RuntimeError) {
        let values = call.values
        let made = "\(ThisProcess.pid)-\(Clock.realtime())"
        name = try Call.name(values.text(.execID) ?? made)
        path = try call.state()
        var description = ExecDescription()
        description.process = try ExecSession.process(call)
        description.input = values.isOn(.interactive)
        let process = try Process.parse(description.process)
        program = process.args.first ?? ""
        description.terminal = process.terminal
        self.description = description
    }

    private static func process(_ call: Call) throws(RuntimeError) -> [UInt8] {
        let values = call.values
        if let file = values.text(.process) {
            return try attempt("read \(file)") { () throws(Errno) in try HostFile.read(file) }
        }
        if call.operands.isEmpty { throw RuntimeError(.usage, "exec args cannot be empty") }
        var process = ExecProcess(args: call.operands)
        process.cwd = values.text(.cwd)
        process.env = values.list(.env)
        process.terminal = values.isOn(.tty)
        process.user = try user(values)
        if process.terminal { process.size = ExecSession.size() }
        let path = try call.state()
        guard let state = try StateFolder.open(path).readState() else {
            throw RuntimeError(.notFound, "\(path) says nothing of a container")
        }
        return try process.text(bundle: state.bundle)
    }

    private static func user(_ values: Values) throws(RuntimeError) -> UserIdentity? {
        guard let text = values.text(.user) else { return nil }
        do throws(RuntimeError) { return try UserIdentity(parsing: text) } catch {
            throw error.during("--user takes numbers, UID[:GID], since names are the container's own")
        }
    }

    private static func size() -> WindowSize? {
        do { return try BorrowedDescriptor.standardInput.windowSize() } catch { return nil }
    }

    /// Runs it, and forgets it once it has ended.
    func run(_ call: Call) throws(RuntimeError) -> Int32 {
        var attachment = try Attachment(call, isTerminal: description.terminal)
        attachment.input = description.input
        attachment.starts = true
        let connection = try make()
        let end: Streams.End
        do throws(RuntimeError) {
            var streams = try Streams(connection, name, attachment, isTerminal: description.terminal)
            end = try streams.run()
        } catch {
            forget()
            throw error
        }
        if case .exit = end { forget() }
        return ExitCode.of(end)
    }

    func start() throws(RuntimeError) {
        let connection = try make()
        do throws(RuntimeError) { _ = try connection.ask(.start(name)) } catch {
            forget()
            throw error
        }
    }

    private func connect() throws(RuntimeError) -> ShimConnection {
        try ShimConnection.reach(path)
    }

    private func make() throws(RuntimeError) -> ShimConnection {
        let connection = try connect()
        _ = try connection.ask(.exec(name, description))
        return connection
    }

    /// A shim that has left has taken its sessions along, and one that still runs keeps the record.
    private func forget() {
        do throws(RuntimeError) { _ = try connect().ask(.deleteExec(name)) } catch { return }
    }
}
