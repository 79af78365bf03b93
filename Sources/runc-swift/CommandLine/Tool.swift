internal import CommandLine
internal import Linux
internal import OCI

/// The command line from the first argument to the exit status.
struct Tool {
    /// argv[0] as given: usage errors begin with it.
    let program: String
    private var log = Log()

    private init(program: String) { self.program = program }

    /// Runs what the arguments ask for and returns the exit status.
    static func main(_ arguments: [String]) -> Int32 {
        if arguments.count == 2 && isVersionRequest(arguments[1]) { return show(Version.text) }
        if arguments.dropFirst().contains(where: entersContainers) {
            do { try seal(arguments) } catch {
                Log().error("seal the runtime's own executable: \(error)")
                return 1
            }
        }
        var tool = Tool(program: arguments.first ?? "runc-swift")
        return tool.run(arguments.dropFirst())
    }

    /// Asked before everything else: callers run it often, and it needs no table.
    private static func isVersionRequest(_ argument: String) -> Bool {
        switch argument {
        case "--version", "-version", "-v", "--v": true
        default: false
        }
    }

    /// The verbs whose process becomes one of a container, wherever on the line the word is: a mere name costs no more
    /// than an unneeded re-execution.
    private static func entersContainers(_ argument: String) -> Bool {
        switch argument {
        case "create", "run", "exec": true
        default: false
        }
    }

    /// Goes on from an executable that no container can write (CVE-2019-5736), before anything of a bundle is read.
    private static func seal(_ arguments: [String]) throws(Errno) {
        if try SealedBinary.isSealed() { return try ThisProcess.setName("runc-swift") }
        try SealedBinary.reexecute(arguments)
    }

    private static func show(_ text: String) -> Int32 {
        do { try Output.write(text) } catch { return 1 }
        return 0
    }

    private mutating func run(_ arguments: ArraySlice<String>) -> Int32 {
        let line: Parser.Result
        do {
            line = try Parser(flags: Flag.globals, stopsAtFirstOperand: true).parse(arguments)
        } catch {
            return refuse(error.message, help: HelpPage<RuncSwift>(program: program).text)
        }
        if line.values.isOn(.help) { return Tool.show(HelpPage<RuncSwift>(program: program).text) }
        if line.values.isOn(.version) { return Tool.show(Version.text) }
        do {
            let global = try GlobalOptions(line.values)
            log = try openLog(global)
            var trace: BorrowedDescriptor?
            // Not cut here: to cut a file and write it anew makes ext4 allocate at close(2), in the time that is measured.
            if let path = global.trace { trace = try Tool.open(path, [.write, .create]) }
            return dispatch(line.operands, global, trace)
        } catch {
            return fail(error.description, status: 1)
        }
    }

    private func openLog(_ global: GlobalOptions) throws(RuntimeError) -> Log {
        guard let path = global.logFile else { return Log(format: global.logFormat, debugging: global.debug) }
        let file = try Tool.open(path, [.write, .create, .append, .synchronous])
        return Log(to: file, format: global.logFormat, debugging: global.debug, isFile: true)
    }

    /// A file that stays open until the program ends.
    private static func open(_ path: String, _ flags: OpenFlags) throws(RuntimeError) -> BorrowedDescriptor {
        let file = try attempt("open \(path)") { () throws(Errno) in
            try BorrowedDescriptor.currentDirectory.open(path, flags, mode: 0o644)
        }
        return BorrowedDescriptor(file.release())
    }

    private func dispatch(_ words: [String], _ global: GlobalOptions, _ trace: BorrowedDescriptor?) -> Int32 {
        switch RuncSwift.invocation(words, calledAs: program) {
        case .page(let text): return Tool.show(text)
        case .unknown(let name): return fail("No help topic for '\(name)'", status: 3)
        case .wrong(let message, let page):
            _ = Tool.show(page)
            return fail(message, status: 1)
        case .miscounted(let message, let page):
            _ = Tool.show(page)
            return fail("\(program): \(message)", status: 1)
        case .perform(let command, let line):
            let (values, operands) = (line.values, line.operands)
            return perform(command, Call(global: global, values: values, operands: operands, log: log, trace: trace))
        }
    }

    private func perform(_ command: Command, _ call: Call) -> Int32 {
        do {
            return try command.perform(call)
        } catch {
            return fail(command.report(of: error), status: command.failureStatus)
        }
    }

    /// What is wrong with the flags and the help go to standard output, and what is wrong to the log too.
    private func refuse(_ message: String, help: String) -> Int32 {
        _ = Tool.show("Incorrect Usage: \(message)\n\n" + help)
        return fail(message, status: 1)
    }

    /// The error goes to the log and, where that is a file, as it is to standard error.
    private func fail(_ message: String, status: Int32) -> Int32 {
        log.error(message)
        if log.isFile {
            do { try BorrowedDescriptor.standardError.writeAll(Array("\(message)\n".utf8)) } catch { return status }
        }
        return status
    }
}
