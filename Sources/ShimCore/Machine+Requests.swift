internal import Linux
internal import ShimProtocol

/// What clients ask for, spec/shim.md SM-44.
extension Machine {
    mutating func request(_ request: Request, from client: ClientID, into actions: inout [Action]) {
        switch request {
        case .exec(let name, let description): make(name, description, for: client, into: &actions)
        case .deleteExec(let name): delete(name, for: client, into: &actions)
        case .pause, .resume, .update: pass(request, from: client, into: &actions)
        case .stats: ifAlive(client, into: &actions) { $0.append(.stats(client)) }
        case .reopen: actions.append(.reopenLog(client))
        case .take: wait(Waiter(client: client, takes: true), into: &actions)
        case .shutdown(let kill): shutdown(kill, client, into: &actions)
        default:
            if let name = request.session {
                sessionRequest(request, name, from: client, into: &actions)
            } else {
                containerRequest(request, from: client, into: &actions)
            }
        }
    }

    private mutating func containerRequest(_ request: Request, from client: ClientID, into actions: inout [Action]) {
        switch request {
        case .state: actions.append(.reply(client, .state(containerState)))
        case .start: startRequested(client, into: &actions)
        case .attach(_, let attachment): attach(client, attachment, into: &actions)
        case .resize(_, let rows, let columns):
            ifAlive(client, into: &actions) { $0.append(.resize(client, .container, rows: rows, columns: columns)) }
        case .kill(_, let signal, let all): kill(signal, all, client, into: &actions)
        case .wait: wait(Waiter(client: client, takes: false), into: &actions)
        case .closeInput: ifAlive(client, into: &actions) { $0.append(.closeInput(client, .container)) }
        default: actions.append(.reply(client, .error(ProtocolError(.invalid, "not a request for a container"))))
        }
    }

    // MARK: - Whether it may be

    var isAlive: Bool { phase == .created || phase == .starting || phase == .running }

    static func refusal(_ message: String) -> Reply { .error(ProtocolError(.state, message)) }

    /// "the container is running"
    var sentence: String {
        switch phase {
        case .creating: "the container is being created"
        case .created: "the container is created and not started"
        case .starting: "the container is being started"
        case .running: "the container is running"
        case .ending, .ended: "the container has ended"
        }
    }

    private func ifAlive(_ client: ClientID, into actions: inout [Action], _ body: (inout [Action]) -> Void) {
        if isAlive { body(&actions) } else { actions.append(.reply(client, Machine.refusal(sentence))) }
    }

    /// What the runtime does, and nobody else.
    private mutating func pass(_ request: Request, from client: ClientID, into actions: inout [Action]) {
        guard isAlive else { return actions.append(.reply(client, Machine.refusal(sentence))) }
        let run: RuntimeCall =
            switch request {
            case .pause: .pause
            case .update(let resources): .update(resources)
            default: .resume
            }
        call(run, for: .plain(client), into: &actions)
    }

    // MARK: - The container

    private mutating func startRequested(_ client: ClientID, into actions: inout [Action]) {
        guard phase == .created else { return actions.append(.reply(client, Machine.refusal(sentence))) }
        start(for: client, into: &actions)
    }

    /// A signal for what has ended is none: whoever sends it wanted just that.
    private mutating func kill(_ signal: Int32, _ all: Bool, _ client: ClientID, into actions: inout [Action]) {
        switch phase {
        case .creating: actions.append(.reply(client, Machine.refusal(sentence)))
        case .ending, .ended: actions.append(.reply(client, .done))
        default: call(.kill(signal: signal, all: all), for: .plain(client), into: &actions)
        }
    }

    private mutating func attach(_ client: ClientID, _ attachment: Attachment, into actions: inout [Action]) {
        if attachment.starts, phase != .created {
            return actions.append(.reply(client, Machine.refusal(sentence)))
        }
        if phase == .creating { return actions.append(.reply(client, Machine.refusal(sentence))) }
        actions.append(.reply(client, .done))
        if phase == .ended, let record { return actions.append(.tellExit(client, record)) }
        actions.append(.attach(client, .container, attachment))
        if attachment.starts { start(for: client, into: &actions) }
    }

    private mutating func wait(_ waiter: Waiter, into actions: inout [Action]) {
        if phase == .ended, let record { return hand(record, to: waiter, into: &actions) }
        waiters.append(waiter)
    }

    private mutating func shutdown(_ kill: Bool, _ client: ClientID, into actions: inout [Action]) {
        switch phase {
        case .creating: actions.append(.reply(client, Machine.refusal(sentence)))
        case .running where !kill: actions.append(.reply(client, Machine.refusal(sentence)))
        case .created, .starting, .running: endAll(for: client, into: &actions)
        case .ending: actions.append(.reply(client, .done))
        case .ended:
            // Nobody would have the record then.
            if isRecordLost {
                return actions.append(.reply(client, Machine.refusal("the exit record is not on the disk: take it")))
            }
            actions.append(.reply(client, .done))
            leave(removing: false, into: &actions)
        }
    }

    private var containerState: StateReply {
        var reply = StateReply(phase: phase.rawValue, owner: .container)
        reply.fill(from: container)
        reply.sessions = sessions.map { $0.name }
        reply.leftover = leftover
        return reply
    }
}

extension StateReply {
    mutating func fill(from life: Machine.Life) {
        pid = life.pid
        created = life.created
        started = life.started
        finished = life.finished
        status = life.status
    }
}
