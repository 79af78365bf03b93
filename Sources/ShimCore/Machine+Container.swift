internal import Linux
internal import ShimProtocol

/// The container's own life.
extension Machine {
    mutating func callEnded(_ id: CallID, _ result: CallResult, _ now: UInt64, into actions: inout [Action]) {
        guard let index = calls.firstIndex(where: { $0.id == id }) else { return }
        let purpose = calls.remove(at: index).purpose
        defer { dropStrays() }
        switch purpose {
        case .create: createEnded(result, now, into: &actions)
        case .inspect(let failure, let pid, let wasKilled):
            inspected(result, failure, pid, wasKilled, now, into: &actions)
        case .undoCreate(let failure): createUndone(result, failure, into: &actions)
        case .start(let client, let killed): startCallEnded(result, client, killed, now, into: &actions)
        case .exec(let session, let client): execEnded(session, result, client, now, into: &actions)
        case .plain(let client): actions.append(.reply(client, Machine.answer(result)))
        case .shutdown(let client): shutDown(result, client, into: &actions)
        case .cleanUp(let attempt): cleanedUp(result, attempt, into: &actions)
        }
    }

    static func answer(_ result: CallResult) -> Reply {
        result.isSuccess ? .done : .error(ProtocolError(.runtime, words(of: result)))
    }

    static func words(of result: CallResult) -> String {
        if !result.message.isEmpty { return result.message }
        guard let status = result.status else { return "the runtime could not be run" }
        if let signal = status.signal { return "the runtime was killed by \(Signal(signal).name)" }
        return "the runtime failed with status \(status.shellCode)"
    }

    // MARK: - create

    private mutating func createEnded(_ result: CallResult, _ now: UInt64, into actions: inout [Action]) {
        guard result.isSuccess, let pid = result.pid else {
            let words = result.isSuccess ? "the runtime has left no pid file" : Machine.words(of: result)
            return createFailed(words, result, into: &actions)
        }
        let end = takeStray(pid)
        if end == nil, !result.isChild {
            return createFailed("the runtime's process \(pid) is not a child of the shim", result, into: &actions)
        }
        container.pid = pid
        container.created = now
        phase = .created
        // Saves it too.
        if settings.starts, end == nil, failure == nil { return start(for: nil, into: &actions) }
        actions.append(.save(.created, pid: pid))
        if let end { return ended(end.status, end.time, into: &actions) }
        if failure != nil { return endAll(for: nil, into: &actions) }
        report(.ready(pid: pid), into: &actions)
    }

    /// A runtime that fails cleans up, as a rule. But the id may have been another container's all along: whose it is has
    /// to be asked before anything is removed.
    private mutating func createFailed(_ words: String, _ result: CallResult, into actions: inout [Action]) {
        let purpose = Purpose.inspect(failure ?? words, pid: result.pid, wasKilled: result.status?.signal != nil)
        call(.state, for: purpose, into: &actions)
    }

    private mutating func inspected(
        _ result: CallResult,
        _ failure: String,
        _ pid: Int32?,
        _ wasKilled: Bool,
        _ now: UInt64,
        into actions: inout [Action]
    ) {
        guard isOurs(result, pid, wasKilled, now) else { return fail(failure, into: &actions) }
        call(.deleteForced, for: .undoCreate(failure), into: &actions)
    }

    /// Whether what has the id was made by the create that has failed: `pid` is what it left in our pid file.
    private func isOurs(_ result: CallResult, _ pid: Int32?, _ wasKilled: Bool, _ now: UInt64) -> Bool {
        // Nothing that has a state: but a runtime that was killed may have left something that has none yet.
        guard let report = result.report else { return wasKilled }
        if report.bundle != settings.bundle { return false }
        let isOurChild = report.pid > 0 && (result.isChild || strays.contains { $0.pid == report.pid })
        if isOurChild || report.pid > 0 && report.pid == pid { return true }
        return wasKilled && report.hasEnded(of: settings.bundle, madeFrom: begun, to: now)
    }

    private mutating func createUndone(_ result: CallResult, _ failure: String, into actions: inout [Action]) {
        if result.isSuccess { return fail(failure, into: &actions) }
        fail("\(failure); what it has left could not be removed: \(Machine.words(of: result))", into: &actions)
    }

    /// There is no container: the caller hears why, or the record says it.
    private mutating func fail(_ words: String, into actions: inout [Action]) {
        container.error = words
        container.lastPhase = ContainerPhase.creating.rawValue
        phase = .ending
        actions.append(.writeRecord(.container, containerRecord))
    }

    private mutating func report(_ report: Report, into actions: inout [Action]) {
        if isReported { return }
        isReported = true
        if case .ready = report { isReady = true }
        actions.append(.report(report))
    }

    mutating func reported(_ delivered: Bool, into actions: inout [Action]) {
        guard phase == .ended, !isReady else { return }
        // The caller knows of the failure: nobody else has to be told.
        if delivered { return leave(removing: true, into: &actions) }
        if !isRecordLost { arm(.linger, settings.linger, into: &actions) }
    }

    // MARK: - start

    mutating func start(for client: ClientID?, into actions: inout [Action]) {
        phase = .starting
        actions.append(.save(.starting, pid: container.pid))
        call(.start, for: .start(client), into: &actions)
    }

    private mutating func startCallEnded(
        _ result: CallResult,
        _ client: ClientID?,
        _ killed: String?,
        _ now: UInt64,
        into actions: inout [Action]
    ) {
        if let killed { return startEnded(hasStarted: isRunning(result.report), client, killed, now, into: &actions) }
        let words = Machine.words(of: result)
        // A runtime that was killed may have come so far that the container runs.
        if container.status == nil, result.status?.signal != nil {
            return call(.state, for: .start(client, killed: words), into: &actions)
        }
        startEnded(hasStarted: result.isSuccess, client, words, now, into: &actions)
    }

    private func isRunning(_ report: StateAnswer?) -> Bool {
        guard let report, report.pid == container.pid else { return false }
        return report.status == "running" || report.status == "paused"
    }

    private mutating func startEnded(
        hasStarted: Bool,
        _ client: ClientID?,
        _ words: String,
        _ now: UInt64,
        into actions: inout [Action]
    ) {
        guard phase == .starting else {
            // The grace is over, and the record is written.
            let answer = hasStarted ? Reply.done : Reply.error(ProtocolError(.runtime, words))
            if let client { actions.append(.reply(client, answer)) }
            return
        }
        actions.append(.disarm(.startGrace))
        if hasStarted {
            started(client, now, into: &actions)
        } else {
            startFailed(words, client, into: &actions)
        }
        if let status = container.status, let time = container.finished, phase == .starting || phase == .running {
            ended(status, time, into: &actions)
        }
    }

    private mutating func started(_ client: ClientID?, _ now: UInt64, into actions: inout [Action]) {
        phase = .running
        // One that has ended while the runtime still was at it had begun before that.
        container.started = min(now, container.finished ?? now)
        actions.append(.openInput(.container))
        if container.status == nil { actions.append(.save(.running, pid: container.pid)) }
        if let client, let pid = container.pid { actions.append(.reply(client, .pid(pid))) }
        if let pid = container.pid { report(.ready(pid: pid), into: &actions) }
    }

    private mutating func startFailed(_ words: String, _ client: ClientID?, into actions: inout [Action]) {
        if let client { actions.append(.reply(client, .error(ProtocolError(.runtime, words)))) }
        if container.status != nil {
            container.error = words
            if !isReported { failure = words }
            return
        }
        phase = .created
        actions.append(.save(.created, pid: container.pid))
        if isReported { return }
        // Nobody has the container yet, and nobody will start it again.
        failure = words
        container.error = words
        endAll(for: nil, into: &actions)
    }

    // MARK: - The end

    mutating func childEnded(_ pid: Int32, _ status: WaitStatus, _ now: UInt64, into actions: inout [Action]) {
        if pid == container.pid, container.status == nil { return ended(status, now, into: &actions) }
        if let index = sessions.firstIndex(where: { $0.life.pid == pid && $0.phase == .running }) {
            return sessionEnded(index, status, now, into: &actions)
        }
        keepStray(pid, status, now)
    }

    /// Kills the container as a whole. That is the runtime's to do, which knows of frozen cgroups and of processes beside the
    /// first one; but one that hangs must not keep the first one alive.
    mutating func endAll(for client: ClientID?, into actions: inout [Action]) {
        if let pid = container.pid, container.status == nil {
            actions.append(.signal(pid: pid, Signal.kill.number))
        }
        call(.deleteForced, for: .shutdown(client), into: &actions)
    }

    /// The first process has ended: the record comes before everything else.
    private mutating func ended(_ status: WaitStatus, _ time: UInt64, into actions: inout [Action]) {
        container.status = status
        container.finished = time
        if phase == .starting, calls.contains(where: { Machine.isStart($0.purpose) }) {
            // Whether it ever ran is the runtime's to say, and it will within moments.
            return arm(.startGrace, Machine.startGrace, into: &actions)
        }
        container.lastPhase = phase.rawValue
        phase = .ending
        actions.append(.writeRecord(.container, containerRecord))
    }

    private static func isStart(_ purpose: Purpose) -> Bool {
        if case .start = purpose { true } else { false }
    }

    var containerRecord: ExitRecord {
        var record = ExitRecord(id: settings.id, phase: container.lastPhase)
        record.fill(from: container)
        return record
    }

    mutating func written(
        _ owner: Owner,
        _ record: ExitRecord,
        _ errno: Errno?,
        into actions: inout [Action]
    ) {
        guard case .container = owner else { return sessionWritten(owner, record, errno, into: &actions) }
        isRecordLost = errno != nil
        if isRecordLost { arm(.recordRetry, Machine.recordRetry, into: &actions) }
        let isFirst = self.record == nil
        self.record = record
        guard isFirst else {
            if !isRecordLost, phase == .ended { arm(.linger, settings.linger, into: &actions) }
            return
        }
        // A create that failed has left nothing to delete.
        if settings.keeps || container.pid == nil { return actions.append(.drain(.container)) }
        // A kill that is under way removes it, too: two at once would be in each other's way.
        if !calls.contains(where: { Machine.removes($0.purpose) }) {
            call(.deleteForced, for: .cleanUp(1), into: &actions)
        }
    }

    private static func removes(_ purpose: Purpose) -> Bool {
        switch purpose {
        case .shutdown, .cleanUp: true
        default: false
        }
    }

    private mutating func shutDown(_ result: CallResult, _ client: ClientID?, into actions: inout [Action]) {
        isRemoved = isRemoved || result.isSuccess
        let isShared = calls.contains { Machine.removes($0.purpose) }
        // Of two at once the later one may find nothing left, which is what it was to do.
        if let client { actions.append(.reply(client, isRemoved || isShared ? .done : Machine.answer(result))) }
        guard phase == .ending, record != nil, !settings.keeps, !isShared else { return }
        cleanedUp(result, 1, into: &actions)
    }

    /// A runtime that was killed in the middle may do better next time.
    private mutating func cleanedUp(_ result: CallResult, _ attempt: Int, into actions: inout [Action]) {
        if !result.isSuccess, attempt < Machine.cleanUpAttempts {
            return call(.deleteForced, for: .cleanUp(attempt + 1), into: &actions)
        }
        if !result.isSuccess { leftover = Machine.words(of: result) }
        actions.append(.drain(.container))
    }

    mutating func drained(_ owner: Owner, into actions: inout [Action]) {
        guard case .container = owner else { return sessionDrained(owner, into: &actions) }
        guard phase == .ending, let record else { return }
        phase = .ended
        actions.append(.save(.ended, pid: container.pid))
        actions.append(.announce(.container, record))
        if isReported {
            if !isRecordLost { arm(.linger, settings.linger, into: &actions) }
        } else {
            report(.failed(failure ?? earlyEnd(record)), into: &actions)
        }
        for waiter in waiters { actions.append(.reply(waiter.client, .record(record))) }
        if waiters.contains(where: { $0.takes }) { leave(removing: true, into: &actions) }
        waiters = []
    }

    private func earlyEnd(_ record: ExitRecord) -> String {
        if let error = record.error { return error }
        guard let status = record.status else { return "the container has ended" }
        let end = status.signal.map { "was killed by \(Signal($0).name)" } ?? "exited with status \(status.shellCode)"
        return "the container's first process \(end) before it was started"
    }

    mutating func hand(_ record: ExitRecord, to waiter: Waiter, into actions: inout [Action]) {
        actions.append(.reply(waiter.client, .record(record)))
        if waiter.takes { leave(removing: true, into: &actions) }
    }

    mutating func leave(removing: Bool, into actions: inout [Action]) {
        if isLeaving { return }
        // Their parent stays with them: with `--keep` and without a pid namespace they outlive the container.
        for session in sessions where session.phase == .made { actions.append(.forget(session.id)) }
        sessions.removeAll { $0.phase == .made }
        if !sessions.isEmpty {
            wantsToLeave = wantsToLeave == true || removing
            return
        }
        isLeaving = true
        for call in calls { dismiss(call.purpose, into: &actions) }
        actions.append(.leave(removing: removing))
    }

    /// Answers who waits for a run of the runtime that the shim does not wait for any more.
    private func dismiss(_ purpose: Purpose, into actions: inout [Action]) {
        switch purpose {
        case .shutdown(let client?): actions.append(.reply(client, .done))
        case .plain(let client), .start(let client?, _), .exec(_, let client?):
            actions.append(.reply(client, Machine.refusal(sentence)))
        default: return
        }
    }

    mutating func deadline(_ deadline: Deadline, into actions: inout [Action]) {
        switch deadline {
        case .linger:
            if phase == .ended, !isRecordLost { leave(removing: false, into: &actions) }
        case .startGrace:
            guard phase == .starting, container.status != nil else { return }
            container.lastPhase = phase.rawValue
            phase = .ending
            actions.append(.writeRecord(.container, containerRecord))
        case .recordRetry:
            if isRecordLost, let record { actions.append(.writeRecord(.container, record)) }
            for entry in unwritten { actions.append(.writeRecord(.session(entry.id), entry.record)) }
        }
    }

    mutating func terminate(into actions: inout [Action]) {
        switch phase {
        case .ended: if !isRecordLost { leave(removing: false, into: &actions) }
        case .created, .starting, .running:
            if settings.termKills { endAll(for: nil, into: &actions) }
        case .creating: terminateCreate(into: &actions)
        case .ending: return
        }
    }
}

extension Machine {
    /// There is nothing yet that could be killed but the runtime.
    private mutating func terminateCreate(into actions: inout [Action]) {
        guard settings.termKills else { return }
        failure = "ended by SIGTERM"
        for call in calls where call.purpose == .create { actions.append(.interrupt(call.id)) }
    }
}

extension ExitRecord {
    mutating func fill(from life: Machine.Life) {
        pid = life.pid
        status = life.status
        created = life.created
        started = life.started
        finished = life.finished
        error = life.error
    }
}
