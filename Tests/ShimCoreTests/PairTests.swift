import Linux
import ShimProtocol
import Testing

@testable import ShimCore

/// Every pair of a state and an event, as a table: what the machine does, and where it is afterwards.
@Suite struct PairTests {
    @Test("SM-44, SM-50 the container: every state with every event")
    func container() {
        var rows: [String] = []
        for state in ContainerState.allCases {
            for (name, event) in Self.containerEvents {
                var scene = Scene(state)
                rows.append("\(state) \(name): \(scene.play(event))")
            }
        }
        compare(rows, PairTables.container)
    }

    @Test("SM-44 exec sessions: every state with every event")
    func sessions() {
        var rows: [String] = []
        for state in SessionState.allCases {
            for (name, event) in Self.sessionEvents {
                var scene = Scene(state)
                rows.append("\(state) \(name): \(scene.play(event))")
            }
        }
        compare(rows, PairTables.sessions)
    }

    private func compare(_ rows: [String], _ table: String) {
        let wanted = table.split(separator: "\n").map(String.init)
        #expect(rows.count == wanted.count)
        for (row, line) in zip(rows, wanted) { #expect(row == line) }
        if rows != wanted, rows.count != wanted.count { print(rows.joined(separator: "\n")) }
    }

    /// The run of the runtime that the state waits for ends well or badly.
    static let containerEvents: [(String, Scene.Cue)] = [
        ("call ok", .callEnds(CallResult(status: .exited(0), pid: 7))),
        ("call fails", .callEnds(CallResult(status: .exited(1), message: "no"))),
        ("call killed", .callEnds(CallResult(status: .signaled(9)))),
        ("call says it runs", .callEnds(saysItRuns)),
        ("process ends", .event(.childEnded(7, .exited(3)))),
        ("orphan ends", .event(.childEnded(99, .exited(0)))),
        ("client gone", .event(.clientGone(ClientID(1)))),
        ("drained", .event(.drained(.container))),
        ("reported", .event(.reported(delivered: true))),
        ("not reported", .event(.reported(delivered: false))),
        ("linger over", .event(.deadline(.linger))),
        ("grace over", .event(.deadline(.startGrace))),
        ("retry", .event(.deadline(.recordRetry))),
        ("SIGTERM", .event(.terminate)),
        ("state", .ask(.state(nil))),
        ("start", .ask(.start(nil))),
        ("attach", .ask(.attach(nil, ShimProtocol.Attachment()))),
        ("attach and start", .ask(.attach(nil, starting))),
        ("resize", .ask(.resize(nil, rows: 1, columns: 2))),
        ("kill", .ask(.kill(nil, signal: 15, all: false))),
        ("exec", .ask(.exec(SessionName(of: "e"), ExecDescription()))),
        ("delete-exec", .ask(.deleteExec(SessionName(of: "e")))),
        ("wait", .ask(.wait(nil))),
        ("take", .ask(.take)),
        ("pause", .ask(.pause)),
        ("resume", .ask(.resume)),
        ("update", .ask(.update([]))),
        ("stats", .ask(.stats)),
        ("reopen", .ask(.reopen)),
        ("close-stdin", .ask(.closeInput(nil))),
        ("shutdown", .ask(.shutdown(kill: false))),
        ("shutdown kill", .ask(.shutdown(kill: true))),
    ]

    private static var saysItRuns: CallResult {
        var result = CallResult(status: .exited(0), pid: 7)
        result.report = StateAnswer(status: "running", bundle: "/b", pid: 7, created: 1)
        return result
    }

    static var starting: ShimProtocol.Attachment {
        var attachment = ShimProtocol.Attachment()
        attachment.starts = true
        return attachment
    }

    static let sessionEvents: [(String, Scene.Cue)] = [
        ("call ok", .callEnds(CallResult(status: .exited(0), pid: 8))),
        ("call fails", .callEnds(CallResult(status: .exited(1), message: "no"))),
        ("process ends", .event(.childEnded(8, .exited(4)))),
        ("container ends", .event(.childEnded(7, .exited(3)))),
        ("drained", .event(.drained(.session(SessionID(4))))),
        ("lost", .event(.sessionLost(SessionID(4)))),
        ("client gone", .event(.clientGone(ClientID(5)))),
        ("state", .ask(.state(name))),
        ("start", .ask(.start(name))),
        ("attach", .ask(.attach(name, ShimProtocol.Attachment()))),
        ("attach and start", .ask(.attach(name, starting))),
        ("resize", .ask(.resize(name, rows: 1, columns: 2))),
        ("kill", .ask(.kill(name, signal: 15, all: false))),
        ("exec", .ask(.exec(name, ExecDescription()))),
        ("delete-exec", .ask(.deleteExec(name))),
        ("wait", .ask(.wait(name))),
        ("close-stdin", .ask(.closeInput(name))),
    ]

    private static let name = SessionName(of: "e")
}

enum ContainerState: CaseIterable {
    case creating, created, starting, confirming, startingEnded, running, deleting, draining, ended
}

enum SessionState: CaseIterable {
    case none, made, starting, startingEnded, running, ending, former
}

/// A machine in a known state, and what one more event makes of it.
struct Scene {
    enum Cue {
        case event(Event)
        case ask(Request)
        /// The oldest run of the runtime ends; nothing where there is none.
        case callEnds(CallResult)
    }

    private var machine = Machine(MachineSettings(id: "c", bundle: "/b"))
    private var actions: [Action] = []

    init(_ state: ContainerState) {
        give(.begin)
        if state == .creating { return }
        endCall(CallResult(status: .exited(0), pid: 7))
        if state == .created { return }
        give(.request(ClientID(2), .start(nil)))
        if state == .starting { return }
        if state == .startingEnded { give(.childEnded(7, .exited(3))) }
        if state == .confirming { endCall(CallResult(status: .signaled(9))) }
        if state == .startingEnded || state == .confirming { return }
        endCall(CallResult(status: .exited(0)))
        if state == .running { return }
        give(.childEnded(7, .exited(3)))
        if state == .deleting { return }
        endCall(CallResult(status: .exited(0)))
        if state == .draining { return }
        give(.drained(.container))
    }

    init(_ state: SessionState) {
        self.init(ContainerState.running)
        if state == .none { return }
        let name = SessionName(of: "e")
        give(.request(ClientID(3), .exec(name, ExecDescription())))
        if state == .made { return }
        give(.request(ClientID(4), .start(name)))
        if state == .starting { return }
        if state == .startingEnded {
            give(.childEnded(8, .exited(4)))
            return
        }
        endCall(CallResult(status: .exited(0), pid: 8))
        if state == .running { return }
        give(.childEnded(8, .exited(4)))
        if state == .ending { return }
        give(.drained(.session(machine.sessions[0].id)))
    }

    private mutating func endCall(_ result: CallResult) {
        guard let call = machine.calls.first else { return }
        give(.callEnded(call.id, result))
    }

    private mutating func give(_ event: Event) {
        var now: [Action] = []
        machine.handle(event, now: 1, into: &now)
        actions += now
        // What the driver answers at once.
        for case .writeRecord(let owner, let record) in now { give(.recordWritten(owner, record, nil)) }
    }

    /// The new phase, and what was done.
    mutating func play(_ cue: Cue) -> String {
        actions = []
        switch cue {
        case .event(let event): give(event)
        case .ask(let request): give(.request(ClientID(9), request))
        case .callEnds(let result): endCall(result)
        }
        let session = machine.sessions.first.map { "/\($0.phase)" } ?? ""
        return (["\(machine.phase)\(session)"] + actions.map { $0.short }).joined(separator: " ")
    }
}

extension Action {
    /// One word, and what tells it from others of its kind.
    var short: String {
        switch self {
        case .call(_, let run): "call(\(run.short))"
        case .interrupt: "interrupt"
        case .report(.ready): "report(ready)"
        case .report(.failed(let words)): "report(\(words.replacing(" ", with: "_")))"
        case .save(let phase, _): "save(\(phase))"
        case .reply(let client, let reply): "reply\(client.number)(\(reply.short))"
        case .attach: "attach"
        case .tellExit: "tellExit"
        case .announce(let owner, let record):
            "announce(\(owner == .container ? "c" : "e"),\(record.phase),\(record.shellCode))"
        case .prepare: "prepare"
        case .openInput(let owner): "openInput(\(owner == .container ? "c" : "e"))"
        case .signal(let pid, let number): "signal(\(pid),\(number))"
        case .writeRecord(let owner, let record):
            "record(\(owner == .container ? "c" : "e"),\(record.phase),\(record.shellCode))"
        case .drain(let owner): "drain(\(owner == .container ? "c" : "e"))"
        case .forget: "forget"
        case .dropRecord: "dropRecord"
        case .resize: "resize"
        case .closeInput: "closeInput"
        case .reopenLog: "reopenLog"
        case .stats: "stats"
        case .replyRecord: "readRecord"
        case .arm(let deadline, _): "arm(\(deadline))"
        case .disarm(let deadline): "disarm(\(deadline))"
        case .leave(let removing): removing ? "leave(removing)" : "leave"
        }
    }
}

extension RuntimeCall {
    var short: String {
        switch self {
        case .create: "create"
        case .start: "start"
        case .kill(let signal, _): "kill\(signal)"
        case .pause: "pause"
        case .resume: "resume"
        case .update: "update"
        case .exec: "exec"
        case .deleteForced: "delete"
        case .state: "state"
        }
    }
}

extension Reply {
    var short: String {
        switch self {
        case .done: "ok"
        case .pid(let pid): "pid\(pid)"
        case .record(let record): "record,\(record.shellCode)"
        case .state(let state): "state,\(state.phase)"
        case .error(let error): "\(error.code.rawValue)"
        }
    }
}
