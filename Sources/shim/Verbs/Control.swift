internal import CommandLine
internal import Linux
internal import OCI
internal import ShimProtocol

extension Command {
    static var start: Command {
        plain("start", "let the process of a created container go", flags: [.exec]) { (call) throws(RuntimeError) in
            .start(try call.session())
        }
    }

    static var pause: Command {
        plain("pause", "stop every process of the container where it stands") { (_) throws(RuntimeError) in .pause }
    }

    static var resume: Command {
        plain("resume", "let the processes of a paused container go on") { (_) throws(RuntimeError) in .resume }
    }

    static var reopen: Command {
        plain(
            "reopen",
            "open the log by its name again",
            description: "For logrotate(8): what was written before stays in the renamed file."
        ) { (_) throws(RuntimeError) in .reopen }
    }

    static var closeInput: Command {
        plain(
            "close-stdin",
            "end the standard input",
            description: "A terminal has no such end: type ^D.",
            flags: [.exec]
        ) { (call) throws(RuntimeError) in .closeInput(try call.session()) }
    }

    static var shutdown: Command {
        plain(
            "shutdown",
            "end the shim",
            description: """
                A created container is killed. One that runs is an error, unless --kill is given: then it is killed, and the
                exit record is written as ever.
                """,
            flags: [.killing]
        ) { (call) throws(RuntimeError) in .shutdown(kill: call.values.isOn(.killing)) }
    }

    static var kill: Command {
        Command(
            name: "kill",
            summary: "send a signal to the container's first process",
            synopsis: "[signal]",
            description: """
                The signal is a name, with or without SIG and in any case, or a number; SIGTERM where none is given. A
                process that has ended already is no error.
                """,
            operands: .between(0, 1),
            flags: [.state, .exec, .signal, .all],
            completes: .words("signal", Signal.names)
        ) { (call) throws(RuntimeError) in
            let flag = call.values.text(.signal)
            if flag != nil && !call.operands.isEmpty { throw RuntimeError(.usage, "the signal is given twice") }
            let name = flag ?? call.operands.first ?? "SIGTERM"
            guard let signal = SignalName.number(name) else {
                throw RuntimeError(.usage, "unknown signal \"\(name)\"")
            }
            _ = try call.ask(.kill(try call.session(), signal: signal, all: call.values.isOn(.all)))
            return 0
        }
    }

    static var resize: Command {
        Command(
            name: "resize",
            summary: "set the size of the container's terminal",
            synopsis: "<rows> <columns>",
            operands: .exactly(2),
            flags: [.state, .exec]
        ) { (call) throws(RuntimeError) in
            guard let rows = UInt16(call.operands[0]), let columns = UInt16(call.operands[1]) else {
                throw RuntimeError(.usage, "rows and columns are numbers from 0 to 65535")
            }
            _ = try call.ask(.resize(try call.session(), rows: rows, columns: columns))
            return 0
        }
    }

    /// A request without operands and without an answer.
    private static func plain(
        _ name: String,
        _ summary: String,
        description: String = "",
        flags: [Flag] = [],
        request: @escaping @Sendable (Call) throws(RuntimeError) -> Request
    ) -> Command {
        Command(
            name: name,
            summary: summary,
            description: description,
            operands: .exactly(0),
            flags: [.state] + flags
        ) { (call) throws(RuntimeError) in
            _ = try call.ask(try request(call))
            return 0
        }
    }
}
