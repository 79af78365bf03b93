internal import CommandLine
internal import Linux
internal import OCI
internal import ShimCore

extension ShimOptions {
    /// What the flags ask for, checked, with absolute paths.
    init(_ values: Values) throws(RuntimeError) {
        self.init()
        id = try ShimOptions.containerID(values)
        state = try HostPath.absolute(try ShimOptions.needed(.startState, values))
        bundle = try HostPath.absolute(values.text(.bundle) ?? ".")
        runtime = try ShimOptions.runtime(values.text(.runtime) ?? "runc-swift")
        runtimeArguments = values.list(.runtimeArgument)
        createArguments = values.list(.createArgument)
        terminal = values.isOn(.terminal)
        try setInput(values)
        try setLog(values)
        try setProcess(values)
        start = values.isOn(.startAtOnce)
        syncs = !values.isOn(.noSync)
        keepsContainer = values.isOn(.keep)
        termKills = values.isOn(.termKills)
        foreground = values.isOn(.foreground)
        environment = ThisProcess.environment
    }

    private static func needed(_ flag: Flag, _ values: Values) throws(RuntimeError) -> String {
        guard let text = values.text(flag) else { throw RuntimeError(.usage, "--\(flag.name) is needed") }
        return text
    }

    /// What every runtime takes for an id; a dash in front would be a flag of the runtime.
    private static func containerID(_ values: Values) throws(RuntimeError) -> String {
        let id = try needed(.id, values)
        let isPlain = id.utf8.allSatisfy { (byte) in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2b, 0x2d, 0x2e, 0x5f: true
            default: false
            }
        }
        guard isPlain, id.utf8.first != 0x2d, id != ".", id != ".." else {
            throw RuntimeError(.usage, "--id \"\(id)\" is no name of a container: [A-Za-z0-9_+.-], no dash in front")
        }
        return id
    }

    private static func runtime(_ name: String) throws(RuntimeError) -> String {
        if name.utf8.contains(0x2f) { return try HostPath.absolute(name) }
        guard let path = HostProgram.find(name) else {
            throw RuntimeError(.notFound, "runtime \"\(name)\" is not in $PATH")
        }
        return try HostPath.absolute(path)
    }

    private mutating func setInput(_ values: Values) throws(RuntimeError) {
        stdin = values.isOn(.stdin)
        stdinOnce = values.isOn(.stdinOnce)
        if stdinOnce && !stdin { throw RuntimeError(.usage, "--stdin-once needs --stdin") }
    }

    private mutating func setLog(_ values: Values) throws(RuntimeError) {
        let file = values.text(.log)
        let driver = values.text(.logDriver) ?? (file == nil ? "none" : "json-file")
        logOptions = values.list(.logOption)
        switch driver {
        case "json-file":
            guard let file else { throw RuntimeError(.usage, "--log-driver json-file needs --log") }
            logPath = try HostPath.absolute(file)
        case "none":
            if !logOptions.isEmpty { throw RuntimeError(.usage, "--log-opt needs a log") }
        default: throw RuntimeError(.usage, "--log-driver \"\(driver)\": json-file or none")
        }
    }

    private mutating func setProcess(_ values: Values) throws(RuntimeError) {
        cgroups = try values.list(.cgroup).map { (path) throws(RuntimeError) in try HostPath.absolute(path) }
        oomScoreAdjustment = try ShimOptions.number(.oomScoreAdjustment, values, in: -1000...1000)
        readyDescriptor = try ShimOptions.number(.readyDescriptor, values, in: 0...Int32.max)
        if let readyDescriptor { try ShimOptions.checkOpen(readyDescriptor) }
        name = values.text(.processName) ?? Shim.name
        // The kernel cuts what is longer (PR_SET_NAME).
        if name.utf8.count > 15 { throw RuntimeError(.usage, "--name \"\(name)\": more than 15 bytes") }
        guard let text = values.text(.linger) else { return }
        guard let time = GoDuration(text), let nanoseconds = UInt64(exactly: time.nanoseconds) else {
            throw RuntimeError(.usage, "--linger \"\(text)\": want a duration such as 10s, not below zero")
        }
        linger = nanoseconds
    }

    private static func number(
        _ flag: Flag,
        _ values: Values,
        in range: ClosedRange<Int32>
    ) throws(RuntimeError) -> Int32? {
        guard let number = values.integer(flag) else { return nil }
        guard let number = Int32(exactly: number), range.contains(number) else {
            throw RuntimeError(.usage, "--\(flag.name) \(number): want \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// An answer that nobody could get would look like a shim that has died.
    private static func checkOpen(_ number: Int32) throws(RuntimeError) {
        do { _ = try BorrowedDescriptor(number).isCloseOnExec() } catch {
            throw RuntimeError(.usage, "--ready-fd \(number)", errno: error)
        }
    }
}
