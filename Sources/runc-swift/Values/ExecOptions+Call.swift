internal import CommandLine
internal import OCI
internal import RuntimeCore

extension ExecOptions {
    init(_ call: Call) throws(RuntimeError) {
        let values = call.values
        if values.text(.processLabel) != nil { throw .notYet("--process-label") }
        if values.text(.apparmor) != nil { throw .notYet("--apparmor") }
        self.init(id: call.id)
        processFile = try call.absolutePath(.process)
        args = Array(call.operands.dropFirst())
        if args.isEmpty && processFile == nil { throw RuntimeError(.usage, "exec args cannot be empty") }
        try setProcess(values)
        detach = values.isOn(.detach)
        pidFile = try call.absolutePath(.pidFile)
        preserveFDs = try call.count(.preserveFDs)
        cgroups = values.list(.cgroup)
        ignorePaused = values.isOn(.ignorePaused)
        consoleSocket = try call.absolutePath(.consoleSocket)
        pidfdSocket = try call.absolutePath(.pidfdSocket)
    }

    private mutating func setProcess(_ values: Values) throws(RuntimeError) {
        cwd = values.text(.cwd)
        env = values.list(.env)
        tty = values.isOn(.tty)
        caps = values.list(.cap)
        noNewPrivs = values.has(.noNewPrivs) ? values.isOn(.noNewPrivs) : nil
        if let text = values.text(.user) { user = try UserIdentity(parsing: text) }
        additionalGids = try values.list(.additionalGids).map { (text) throws(RuntimeError) in
            if let gid = UserIdentity.identifier(text) { return gid }
            throw RuntimeError(.usage, "additional-gids must be a number from 0 to 4294967294, not \(text)")
        }
    }
}
