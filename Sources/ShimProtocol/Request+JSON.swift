internal import JSON
internal import OCI

/// The words after `do`.
private enum Verb: String {
    case state, start, attach, resize, kill, exec, wait, take, pause, resume, update, stats, reopen, shutdown
    case deleteExec = "delete-exec"
    case closeInput = "close-stdin"
}

/// The members of all requests: each verb reads its own.
private struct RequestMembers: JSONObject {
    var verb = ""
    var exec: NameText?
    var input: Bool?
    var output: Bool?
    var error: Bool?
    var detachKeys: [UInt16] = []
    var mode: String?
    var starts = false
    var rows: UInt16?
    var columns: UInt16?
    var signal: Int32?
    var all = false
    var kill = false
    var process: RawObject?
    var resources: RawObject?

    init() {}

    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("do", &verb)
        try json.member("exec", &exec)
        try streamMembers(&json)
        try json.member("rows", &rows)
        try json.member("columns", &columns)
        try json.member("signal", &signal)
        try json.member("all", &all)
        try json.member("kill", &kill)
        try json.member("process", &process)
        try json.member("resources", &resources)
    }

    private mutating func streamMembers(_ json: inout JSONReader) throws(JSONError) {
        try json.member("stdin", &input)
        try json.member("stdout", &output)
        try json.member("stderr", &error)
        try json.member("detachKeys", &detachKeys)
        try json.member("mode", &mode)
        try json.member("start", &starts)
    }
}

/// A name as written. An empty one is a mistake, and not the container.
private struct NameText: JSONDecodable {
    let text: String

    init(from json: inout JSONReader) throws(JSONError) { text = try json.text() }
}

/// An object that is passed on as it is, and what the shim has to know of it.
private struct RawObject: JSONDecodable {
    let text: [UInt8]
    let terminal: Bool

    init(from json: inout JSONReader) throws(JSONError) {
        // Read by a copy, whose errors have the path; the reader itself goes on behind it.
        var terminal = false
        var probe = json
        try probe.object { (probe) throws(JSONError) in try probe.member("terminal", &terminal) }
        text = try json.raw()
        self.terminal = terminal
    }
}

extension Request {
    /// - Throws: `invalid`, with the JSON path of what is wrong; `protocol` where it is no JSON.
    package init(payload: [UInt8]) throws(ProtocolError) {
        let members: RequestMembers
        do throws(JSONError) {
            var json = JSONReader(payload)
            members = try RequestMembers(from: &json)
            try json.finish()
        } catch { throw ProtocolError(error.kind == .syntax ? .malformed : .invalid, error.description) }
        guard let verb = Verb(rawValue: members.verb) else {
            throw ProtocolError(.invalid, "do: no request is called \"\(members.verb.prefix(40))\"")
        }
        self = try Request.make(verb, members)
    }

    private static func make(_ verb: Verb, _ members: RequestMembers) throws(ProtocolError) -> Request {
        switch verb {
        case .take: .take
        case .pause: .pause
        case .resume: .resume
        case .stats: .stats
        case .reopen: .reopen
        case .shutdown: .shutdown(kill: members.kill)
        case .update: .update(try required(members.resources, "resources").text)
        default: try makeOfSession(verb, members)
        }
    }

    private static func makeOfSession(_ verb: Verb, _ members: RequestMembers) throws(ProtocolError) -> Request {
        let name = try members.sessionName()
        return switch verb {
        case .start: .start(name)
        case .attach: .attach(name, try Attachment(members))
        case .resize:
            .resize(name, rows: try required(members.rows, "rows"), columns: try required(members.columns, "columns"))
        case .kill: .kill(name, signal: try members.checkedSignal(), all: members.all)
        case .exec: .exec(try required(name, "exec"), try ExecDescription(members))
        case .deleteExec: .deleteExec(try required(name, "exec"))
        case .wait: .wait(name)
        case .closeInput: .closeInput(name)
        default: .state(name)
        }
    }
}

private func required<Value>(_ value: Value?, _ name: String) throws(ProtocolError) -> Value {
    guard let value else { throw ProtocolError(.invalid, "\(name): missing") }
    return value
}

extension RequestMembers {
    func sessionName() throws(ProtocolError) -> SessionName? {
        guard let exec else { return nil }
        guard let name = SessionName(exec.text) else {
            throw ProtocolError(.invalid, "exec: not a name of [A-Za-z0-9_.-], 1 to \(SessionName.longest) bytes")
        }
        return name
    }

    func checkedSignal() throws(ProtocolError) -> Int32 {
        let signal = try required(signal, "signal")
        guard (0...64).contains(signal) else { throw ProtocolError(.invalid, "signal: \(signal) is none") }
        return signal
    }
}

extension Attachment {
    fileprivate init(_ members: RequestMembers) throws(ProtocolError) {
        input = members.input ?? false
        output = members.output ?? true
        error = members.error ?? true
        starts = members.starts
        guard members.detachKeys.count <= Attachment.longestKeys else {
            throw ProtocolError(.invalid, "detachKeys: more than \(Attachment.longestKeys)")
        }
        for key in members.detachKeys {
            guard let byte = UInt8(exactly: key) else { throw ProtocolError(.invalid, "detachKeys: \(key) is no byte") }
            detachKeys.append(byte)
        }
        if let text = members.mode {
            guard let known = StreamMode(rawValue: text) else {
                throw ProtocolError(.invalid, "mode: neither blocking nor non-blocking")
            }
            mode = known
        }
    }
}

extension ExecDescription {
    fileprivate init(_ members: RequestMembers) throws(ProtocolError) {
        let object = try required(members.process, "process")
        process = object.text
        terminal = object.terminal
        input = members.input ?? false
    }
}

// MARK: - Writing

extension Request {
    /// The payload of a REQUEST.
    package var payload: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("do", verb.rawValue)
        if let session { json.member("exec", session.description) }
        writeMembers(to: &json)
        json.endObject()
        return json.bytes
    }

    private var verb: Verb {
        switch self {
        case .state: .state
        case .start: .start
        case .attach: .attach
        case .resize: .resize
        case .kill: .kill
        case .exec: .exec
        case .deleteExec: .deleteExec
        case .wait: .wait
        case .closeInput: .closeInput
        default: containerVerb
        }
    }

    private var containerVerb: Verb {
        switch self {
        case .take: .take
        case .pause: .pause
        case .resume: .resume
        case .update: .update
        case .stats: .stats
        case .reopen: .reopen
        default: .shutdown
        }
    }

    /// The session that it is about; nil: the container.
    package var session: SessionName? {
        switch self {
        case .state(let name), .start(let name), .wait(let name), .closeInput(let name): name
        case .attach(let name, _), .resize(let name, _, _), .kill(let name, _, _): name
        case .exec(let name, _), .deleteExec(let name): name
        default: nil
        }
    }

    private func writeMembers(to json: inout JSONWriter) {
        switch self {
        case .attach(_, let attachment): attachment.write(to: &json)
        case .resize(_, let rows, let columns):
            json.member("rows", rows)
            json.member("columns", columns)
        case .kill(_, let signal, let all):
            json.member("signal", signal)
            if all { json.member("all", true) }
        case .exec(_, let description):
            json.member("stdin", description.input)
            json.member("process", raw: description.process)
        case .update(let resources): json.member("resources", raw: resources)
        case .shutdown(let kill): json.member("kill", kill)
        default: break
        }
    }
}

extension Attachment {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("stdin", input)
        json.member("stdout", output)
        json.member("stderr", error)
        json.key("detachKeys")
        json.beginArray()
        for key in detachKeys { json.integer(key) }
        json.endArray()
        json.member("mode", mode.rawValue)
        json.member("start", starts)
    }
}
