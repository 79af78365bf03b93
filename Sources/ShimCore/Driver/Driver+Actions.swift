internal import ContainerLog
internal import Linux
internal import ShimProtocol

/// What the machine says is done.
extension Driver {
    func perform(_ action: Action) {
        switch action {
        case .call(let id, let call): run(call, for: id)
        case .interrupt(let id): interrupt(id)
        case .report(let outcome): report(outcome)
        case .save(let phase, let pid): save(phase, pid)
        case .arm(let deadline, let nanoseconds): timers.arm(deadline, after: nanoseconds, now: now)
        case .disarm(let deadline): timers.disarm(deadline)
        case .signal(let pid, let number): signal(pid, number)
        case .leave(let isRemoving): leave(isRemoving)
        default: performForStreams(action)
        }
    }

    private func performForStreams(_ action: Action) {
        switch action {
        case .writeRecord(let owner, let record): write(record, of: owner)
        case .drain(let owner): drain(owner)
        case .openInput(let owner): openInput(of: owner)
        case .announce(let owner, let record): announce(record, of: owner)
        case .prepare(let client, let id, let name, let description): prepare(client, id, name, description)
        case .forget(let id): forget(id)
        case .dropRecord(let name): folder.remove(StateFolder.recordName(of: name))
        default: performForClient(action)
        }
    }

    private func performForClient(_ action: Action) {
        switch action {
        case .reply(let id, let reply): withClient(id) { self.reply(reply, to: $0) }
        case .attach(let id, let owner, let attachment): withClient(id) { attach($0, to: owner, attachment) }
        case .tellExit(let id, let record): withClient(id) { end($0, with: Frame(.exit, record.encode())) }
        case .resize(let id, let owner, let rows, let columns):
            answer(id, resize(owner, WindowSize(rows: rows, columns: columns)))
        case .closeInput(let id, let owner): answer(id, closeInput(owner))
        case .reopenLog(let id): answer(id, reopenLog())
        case .stats(let id): withClient(id) { replyStats(to: $0) }
        case .replyRecord(let id, let name): withClient(id) { replyRecord(name, to: $0) }
        default: break
        }
    }

    /// Nothing where the client has gone.
    private func withClient(_ id: ClientID, _ body: (Client) -> Void) {
        if let client = clients.first(where: { $0.id == id }) { body(client) }
    }

    private func answer(_ id: ClientID, _ error: ProtocolError?) {
        withClient(id) { reply(error.map { .error($0) } ?? .done, to: $0) }
    }

    /// One that has ended already is no failure: its end is on its way.
    private func signal(_ pid: Int32, _ number: Int32) {
        do throws(Errno) { try sendSignal(number, to: pid) } catch {}
    }

    @discardableResult
    func reopenLog() -> ProtocolError? {
        defer { watchLog() }
        do throws(Errno) { try log.reopen() } catch {
            return ProtocolError(.kernel, "open \(options.logPath ?? "") again: \(error)")
        }
        return nil
    }

    private func report(_ outcome: Report) {
        switch outcome {
        case .ready(let pid):
            post(.reported(delivered: report.ready(pid: pid, socket: "\(options.state)/\(StateFolder.Name.socket)")))
        case .failed(let message):
            hasFailed = true
            post(.reported(delivered: report.failed(message, log: readRuntimeLog())))
        }
    }

    private func leave(_ isRemoving: Bool) {
        leaving = Leaving(isRemoving: isRemoving, deadline: now + Leaving.grace)
        pauseListener()
        for client in clients {
            client.isClosing = true
            update(client)
        }
    }
}
