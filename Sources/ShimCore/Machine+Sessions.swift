internal import Linux
internal import ShimProtocol

/// Exec sessions.
extension Machine {
    // MARK: - Making

    mutating func make(
        _ name: SessionName,
        _ description: ExecDescription,
        for client: ClientID,
        into actions: inout [Action]
    ) {
        if let refusal = makeRefusal(name) { return actions.append(.reply(client, .error(refusal))) }
        let id = SessionID(number())
        sessions.append(Session(id: id, name: name))
        actions.append(.prepare(client, id, name, description))
    }

    private func makeRefusal(_ name: SessionName) -> ProtocolError? {
        if !isAlive { return ProtocolError(.state, sentence) }
        if sessions.count >= Machine.sessionLimit {
            return ProtocolError(.busy, "\(Machine.sessionLimit) exec sessions are the limit")
        }
        let isTaken = sessions.contains { $0.name == name } || untaken.contains(name)
        return isTaken ? ProtocolError(.exists, "there is an exec session \(name)") : nil
    }

    /// The driver could not prepare it, and has said so.
    mutating func lose(_ id: SessionID) { sessions.removeAll { $0.id == id } }

    mutating func delete(_ name: SessionName, for client: ClientID, into actions: inout [Action]) {
        if let index = untaken.firstIndex(of: name) {
            untaken.remove(at: index)
            unwritten.removeAll { $0.record.exec == name }
            actions.append(.dropRecord(name))
            return actions.append(.reply(client, .done))
        }
        guard let index = sessions.firstIndex(where: { $0.name == name }) else {
            return missing(name, client, &actions)
        }
        guard sessions[index].phase == .made else {
            return actions.append(.reply(client, Machine.refusal("exec session \(name) runs")))
        }
        actions.append(.forget(sessions.remove(at: index).id))
        actions.append(.reply(client, .done))
    }

    private func missing(_ name: SessionName, _ client: ClientID, _ actions: inout [Action]) {
        actions.append(.reply(client, .error(ProtocolError(.notFound, "no exec session is called \(name)"))))
    }

    // MARK: - Requests

    mutating func sessionRequest(
        _ request: Request,
        _ name: SessionName,
        from client: ClientID,
        into actions: inout [Action]
    ) {
        guard let index = sessions.firstIndex(where: { $0.name == name }) else {
            return formerRequest(request, name, from: client, into: &actions)
        }
        let session = sessions[index]
        let owner = Owner.session(session.id)
        switch request {
        case .state: actions.append(.reply(client, .state(state(of: session))))
        case .start: start(index, for: client, into: &actions)
        case .attach(_, let attachment): attach(client, index, attachment, into: &actions)
        case .resize(_, let rows, let columns):
            actions.append(.resize(client, owner, rows: rows, columns: columns))
        case .kill(_, let signal, _): kill(signal, session, client, into: &actions)
        case .wait: sessions[index].waiters.append(Waiter(client: client, takes: false))
        case .closeInput: actions.append(.closeInput(client, owner))
        default: actions.append(.reply(client, .error(ProtocolError(.invalid, "not a request for an exec session"))))
        }
    }

    /// A session that has ended: its record may be there, and a signal for it is none.
    private mutating func formerRequest(
        _ request: Request,
        _ name: SessionName,
        from client: ClientID,
        into actions: inout [Action]
    ) {
        guard untaken.contains(name) else { return missing(name, client, &actions) }
        switch request {
        case .wait, .state:
            if let entry = unwritten.first(where: { $0.record.exec == name }) {
                actions.append(.reply(client, .record(entry.record)))
            } else {
                actions.append(.replyRecord(client, name))
            }
        case .kill: actions.append(.reply(client, .done))
        default: actions.append(.reply(client, Machine.refusal("exec session \(name) has ended")))
        }
    }

    private func state(of session: Session) -> StateReply {
        var reply = StateReply(phase: session.phase.rawValue, owner: .session(session.id))
        reply.fill(from: session.life)
        return reply
    }

    private mutating func attach(
        _ client: ClientID,
        _ index: Int,
        _ attachment: Attachment,
        into actions: inout [Action]
    ) {
        let session = sessions[index]
        if attachment.starts, let refusal = startRefusal(session) {
            return actions.append(.reply(client, refusal))
        }
        actions.append(.reply(client, .done))
        actions.append(.attach(client, .session(session.id), attachment))
        if attachment.starts { run(index, for: client, into: &actions) }
    }

    private mutating func kill(_ signal: Int32, _ session: Session, _ client: ClientID, into actions: inout [Action]) {
        switch session.phase {
        case .made, .starting:
            actions.append(.reply(client, Machine.refusal("exec session \(session.name) does not run yet")))
        case .running:
            if let pid = session.life.pid { actions.append(.signal(pid: pid, signal)) }
            actions.append(.reply(client, .done))
        case .ending: actions.append(.reply(client, .done))
        }
    }

    // MARK: - Running

    private func startRefusal(_ session: Session) -> Reply? {
        if phase != .running { return Machine.refusal(sentence) }
        return session.phase == .made ? nil : Machine.refusal("exec session \(session.name) was started before")
    }

    private mutating func start(_ index: Int, for client: ClientID, into actions: inout [Action]) {
        if let refusal = startRefusal(sessions[index]) { return actions.append(.reply(client, refusal)) }
        run(index, for: client, into: &actions)
    }

    private mutating func run(_ index: Int, for client: ClientID, into actions: inout [Action]) {
        sessions[index].phase = .starting
        let id = sessions[index].id
        call(.exec(id), for: .exec(id, client), into: &actions)
    }

    mutating func execEnded(
        _ id: SessionID,
        _ result: CallResult,
        _ client: ClientID?,
        _ now: UInt64,
        into actions: inout [Action]
    ) {
        guard let index = sessions.firstIndex(where: { $0.id == id }) else { return }
        guard result.isSuccess, let pid = result.pid else {
            let words = result.isSuccess ? "the runtime has left no pid file" : Machine.words(of: result)
            if let client { actions.append(.reply(client, .error(ProtocolError(.runtime, words)))) }
            sessions[index].life.error = words
            return end(index, into: &actions)
        }
        sessions[index].life.pid = pid
        let stray = takeStray(pid)
        sessions[index].life.started = min(now, stray?.time ?? now)
        sessions[index].phase = .running
        actions.append(.openInput(.session(id)))
        if let client { actions.append(.reply(client, .pid(pid))) }
        if let stray { return sessionEnded(index, stray.status, stray.time, into: &actions) }
        if result.isChild { return }
        // Its end was seen and could not be kept, or it is not ours to see.
        sessions[index].life.error = "exit status unknown: process \(pid) is not a child of the shim"
        end(index, into: &actions)
    }

    // MARK: - The end

    mutating func sessionEnded(_ index: Int, _ status: WaitStatus, _ time: UInt64, into actions: inout [Action]) {
        sessions[index].life.status = status
        sessions[index].life.finished = time
        end(index, into: &actions)
    }

    private mutating func end(_ index: Int, into actions: inout [Action]) {
        let session = sessions[index]
        sessions[index].phase = .ending
        var record = ExitRecord(id: settings.id, exec: session.name, phase: session.phase.rawValue)
        record.fill(from: session.life)
        actions.append(.writeRecord(.session(session.id), record))
    }

    mutating func sessionWritten(
        _ owner: Owner,
        _ record: ExitRecord,
        _ errno: Errno?,
        into actions: inout [Action]
    ) {
        guard case .session(let id) = owner else { return }
        if errno == nil { unwritten.removeAll { $0.id == id } } else { keepUnwritten(id, record, into: &actions) }
        guard let index = index(of: owner), sessions[index].record == nil else { return }
        sessions[index].record = record
        actions.append(.drain(owner))
    }

    /// In memory, until the disk takes it or somebody does.
    private mutating func keepUnwritten(_ id: SessionID, _ record: ExitRecord, into actions: inout [Action]) {
        arm(.recordRetry, Machine.recordRetry, into: &actions)
        if unwritten.contains(where: { $0.id == id }) { return }
        if unwritten.count == Machine.unwrittenLimit { unwritten.removeFirst() }
        unwritten.append((id, record))
    }

    mutating func sessionDrained(_ owner: Owner, into actions: inout [Action]) {
        guard let index = index(of: owner), let record = sessions[index].record else { return }
        let session = sessions.remove(at: index)
        actions.append(.announce(owner, record))
        for waiter in session.waiters { actions.append(.reply(waiter.client, .record(record))) }
        actions.append(.forget(session.id))
        keepUntaken(session.name, into: &actions)
        if sessions.isEmpty, let removing = wantsToLeave { leave(removing: removing, into: &actions) }
    }

    /// Also a record that was told: who heard of it may be killed before it did anything with that.
    private mutating func keepUntaken(_ name: SessionName, into actions: inout [Action]) {
        if untaken.count == Machine.untakenLimit { actions.append(.dropRecord(untaken.removeFirst())) }
        untaken.append(name)
    }

    private func index(of owner: Owner) -> Int? {
        guard case .session(let id) = owner else { return nil }
        return sessions.firstIndex { $0.id == id }
    }
}
