internal import CommandLine
internal import JSON
internal import Linux
internal import OCI
internal import ShimProtocol

extension Command {
    static var attach: Command {
        Command(
            name: "attach",
            summary: "join this terminal or these streams to the container's",
            description: """
                Passes on standard input and prints what the container writes from now on (with --start: all of it), each
                stream to its own. Where standard input and the container's are terminals, keys go on as they are typed, ^C
                too, and the container's terminal has the size of this one. Exits with the container's status.
                Output that is not taken makes the container wait, and a client that takes nothing for ten seconds is let
                go; with --mode non-blocking nobody waits, and what has no room is dropped. Once nobody reads the output any
                more (attach | head), the attachment ends with 141 at the next output, as by SIGPIPE: no more input is
                passed on, and the container keeps running.
                """,
            operands: .exactly(0),
            flags: [.state, .exec, .noStdin, .startAttached, .detachKeys, .mode],
            failureStatus: ExitCode.unknown
        ) { (call) throws(RuntimeError) in
            let session = try call.session()
            let connection = try ShimConnection.reach(try call.state())
            let isTerminal = try Attach.isTerminal(session, connection)
            var attachment = try Attachment(call, isTerminal: isTerminal)
            attachment.input = !call.values.isOn(.noStdin)
            attachment.starts = call.values.isOn(.startAttached)
            var streams = try Streams(connection, session, attachment, isTerminal: isTerminal)
            return ExitCode.of(try streams.run())
        }
    }
}

extension Attachment {
    init(_ call: Call, isTerminal: Bool) throws(RuntimeError) {
        self.init()
        detachKeys = try Attachment.keys(call, isTerminal: isTerminal)
        guard let text = call.values.text(.mode) else { return }
        guard let mode = StreamMode(rawValue: text) else {
            throw RuntimeError(.usage, "--mode \"\(text)\": blocking or non-blocking")
        }
        self.mode = mode
    }

    /// Docker's keys, at a terminal: a stream may hold the same bytes.
    private static func keys(_ call: Call, isTerminal: Bool) throws(RuntimeError) -> [UInt8] {
        guard let text = call.values.text(.detachKeys) else {
            return isTerminal && BorrowedDescriptor.standardInput.isTerminal ? [0x10, 0x11] : []
        }
        guard let keys = DetachKeys(parsing: text) else {
            throw RuntimeError(.usage, "--detach-keys \"\(text)\": want keys such as ctrl-p,ctrl-q")
        }
        return keys.bytes
    }
}

enum Attach {
    /// Whether the other side has a terminal, as the shim says.
    static func isTerminal(
        _ session: SessionName?,
        _ connection: borrowing ShimConnection
    ) throws(RuntimeError) -> Bool {
        let answer = try connection.ask(.state(session))
        return try parseJSON(answer) { (json) throws(JSONError) in
            var terminal = false
            try json.object { (json) throws(JSONError) in try json.member("terminal", &terminal) }
            return terminal
        }
    }
}
