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
                """,
            operands: .exactly(0),
            flags: [.state, .exec, .noStdin, .startAttached, .detachKeys],
            failureStatus: ExitCode.unknown
        ) { (call) throws(RuntimeError) in
            let folder = try StateFolder.open(try call.state())
            let session = try call.session()
            let connection = try ShimConnection.open(folder)
            let isTerminal = try Attach.isTerminal(session, connection, folder)
            var attachment = try Attachment(call, isTerminal: isTerminal)
            attachment.input = !call.values.isOn(.noStdin)
            attachment.starts = call.values.isOn(.startAttached)
            var streams = try Streams(connection, session, attachment, isTerminal: isTerminal)
            return ExitCode.of(try streams.run())
        }
    }
}

extension Attachment {
    /// Docker's keys, at a terminal: a stream may hold the same bytes.
    init(_ call: Call, isTerminal: Bool) throws(RuntimeError) {
        self.init()
        let text = call.values.text(.detachKeys)
        guard let text else {
            if isTerminal && BorrowedDescriptor.standardInput.isTerminal { detachKeys = [0x10, 0x11] }
            return
        }
        guard let keys = DetachKeys(parsing: text) else {
            throw RuntimeError(.usage, "--detach-keys \"\(text)\": want keys such as ctrl-p,ctrl-q")
        }
        detachKeys = keys.bytes
    }
}

enum Attach {
    /// Whether the other side has a terminal: as the shim says, else as the container's configuration does.
    static func isTerminal(
        _ session: SessionName?,
        _ connection: borrowing ShimConnection,
        _ folder: borrowing StateFolder
    ) throws(RuntimeError) -> Bool {
        let answer = try connection.ask(.state(session))
        let said = try parseJSON(answer) { (json) throws(JSONError) in
            var terminal: Bool?
            try json.object { (json) throws(JSONError) in try json.member("terminal", &terminal) }
            return terminal
        }
        if let said { return said }
        guard session == nil, let state = try folder.readState() else { return false }
        return try ExecProcess.configured(bundle: state.bundle).terminal
    }
}
