import Linux
import ShimProtocol
import Testing

@testable import ShimCore

/// Small, repeatable random numbers (SplitMix64).
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { Int(next() % 100) < percent }
}

/// The kernel, the runtime, the caller and the clients around a machine: it does what the actions say, and tells what
/// may happen next. Whatever the machine does that it must not do is a fault.
struct World {
    var machine: Machine
    var dice: Dice
    var faults: [String] = []
    /// Runs of the runtime that have not ended.
    var calls: [(id: CallID, run: RuntimeCall)] = []
    /// Processes that live: the container's first one, those of sessions, orphans.
    var processes: [Int32: Owner?] = [:]
    /// What really became of each process that has ended.
    var ends: [Int32: WaitStatus] = [:]
    var containerPid: Int32?
    var nextPid: Int32 = 100
    /// Clients with a request that has not been answered.
    var asking: Set<UInt64> = []
    var attached: [UInt64: Owner] = [:]
    var gone: Set<UInt64> = []
    var nextClient: UInt64 = 1
    var draining: [Owner] = []
    var armed: Set<Deadline> = []
    var pending: [Event] = []
    var records: [Owner: ExitRecord] = [:]
    var announced: Set<Owner> = []
    var sessionNames: [SessionID: SessionName] = [:]
    var left: Bool?
    var reports: [Report] = []
    /// Somebody else's container has the id.
    var isForeign = false
    /// Whose records the disk has taken.
    var durable: Set<Owner> = []
    var succeededStarts = 0
    /// Percent of the runtime's runs, record writes and reports that fail.
    var failing = 10
    var trail: [String] = []

    init(seed: UInt64, starts: Bool = false, keeps: Bool = false, termKills: Bool = false) {
        var settings = MachineSettings(id: "c", bundle: "/b")
        settings.starts = starts
        settings.keeps = keeps
        settings.termKills = termKills
        machine = Machine(settings)
        dice = Dice(state: seed)
        handle(.begin)
    }

    mutating func fault(_ text: String) {
        faults.append("\(text)\n  after \(trail.suffix(12).joined(separator: "\n        "))")
    }

    mutating func handle(_ event: Event) {
        var actions: [Action] = []
        trail.append("\(event)")
        machine.handle(event, now: UInt64(trail.count), into: &actions)
        for action in actions { perform(action) }
        while !pending.isEmpty { handle(pending.removeFirst()) }
    }

    // MARK: - Doing

    private mutating func perform(_ action: Action) {
        trail.append("  -> \(action)")
        if left != nil { fault("\(action) after it has left") }
        switch action {
        case .call(let id, let run): begin(id, run)
        case .interrupt(let id): interrupt(id)
        case .report(let report):
            reports.append(report)
            pending.append(.reported(delivered: !dice.chance(failing)))
        case .reply(let client, let reply): answered(client, reply)
        case .attach(let client, let owner, _): attached[client.number] = owner
        case .tellExit(let client, let record): told(client, record, .container)
        case .announce(let owner, let record): announce(owner, record)
        case .prepare(let client, let id, let name, _): prepare(client, id, name)
        case .writeRecord(let owner, let record): write(owner, record)
        case .drain(let owner): draining.append(owner)
        case .resize(let client, _, _, _), .closeInput(let client, _), .reopenLog(let client), .stats(let client):
            answered(client, .done)
        case .replyRecord(let client, _): answered(client, .done)
        case .arm(let deadline, _): armed.insert(deadline)
        case .disarm(let deadline): armed.remove(deadline)
        case .leave(let removing): leave(removing)
        case .signal(let pid, _): if ends[pid] == nil { end(pid, .signaled(15)) }
        case .forget(let id): sessionNames[id] = nil
        case .save, .openInput, .dropRecord: break
        }
    }

    private mutating func begin(_ id: CallID, _ run: RuntimeCall) {
        switch run {
        case .create where calls.contains { $0.run == .create } || containerPid != nil: fault("a second create")
        case .start where succeededStarts > 0: fault("a start after one that worked")
        case .deleteForced where isForeign: fault("it removes somebody else's container")
        default: break
        }
        calls.append((id, run))
    }

    private mutating func interrupt(_ id: CallID) {
        guard let index = calls.firstIndex(where: { $0.id == id }) else {
            return fault("it interrupts what does not run")
        }
        calls.remove(at: index)
        pending.append(.callEnded(id, CallResult(status: .signaled(9))))
    }

    private mutating func answered(_ client: ClientID, _ reply: Reply) {
        if asking.remove(client.number) == nil, attached[client.number] == nil, !gone.contains(client.number) {
            fault("a reply to client \(client.number), which does not wait")
        }
        guard case .record(let record) = reply else { return }
        check(record, "replied")
        if records.values.contains(record) == false { fault("a record was told before it was written") }
    }

    private mutating func told(_ client: ClientID, _ record: ExitRecord, _ owner: Owner) {
        check(record, "told")
        if records[owner] != record { fault("an exit was told that is not the record") }
        attached[client.number] = nil
        gone.insert(client.number)
    }

    private mutating func announce(_ owner: Owner, _ record: ExitRecord) {
        if records[owner] != record { fault("\(owner) was announced before its record was written") }
        if !announced.insert(owner).inserted { fault("\(owner) was announced twice") }
        check(record, "announced")
        for (client, of) in attached where of == owner {
            attached[client] = nil
            gone.insert(client)
        }
    }

    private mutating func prepare(_ client: ClientID, _ id: SessionID, _ name: SessionName) {
        if sessionNames.values.contains(name) { fault("two sessions are called \(name)") }
        answered(client, .done)
        if dice.chance(failing / 2) { return pending.append(.sessionLost(id)) }
        sessionNames[id] = name
    }

    private mutating func write(_ owner: Owner, _ record: ExitRecord) {
        check(record, "written")
        let errno: Errno? = dice.chance(failing) ? .noSpace : nil
        var record = record
        record.lost = 7
        if let before = records[owner], before != record { fault("the record of \(owner) changed") }
        records[owner] = record
        if errno == nil { durable.insert(owner) }
        pending.append(.recordWritten(owner, record, errno))
    }

    /// What a record says has happened, and what has happened is in it.
    private mutating func check(_ record: ExitRecord, _ what: String) {
        guard let pid = record.pid else {
            if record.status != nil { fault("\(what): a status of no process") }
            return
        }
        if record.status != ends[pid] {
            fault("\(what): \(String(describing: record.status)) for \(String(describing: ends[pid]))")
        }
    }

    private mutating func leave(_ removing: Bool) {
        if !announced.contains(.container) { fault("it left before the end was announced") }
        left = removing
    }

    // MARK: - What may happen

    mutating func spawn(_ owner: Owner?) -> Int32 {
        nextPid += 1
        processes[nextPid] = .some(owner)
        return nextPid
    }

    mutating func end(_ pid: Int32, _ status: WaitStatus) {
        guard processes.removeValue(forKey: pid) != nil else { return }
        ends[pid] = status
        pending.append(.childEnded(pid, status))
    }

    mutating func endCall(_ index: Int, failing: Bool) {
        let (id, run) = calls.remove(at: index)
        if failing { return endFailing(id, run) }
        var result = CallResult(status: .exited(0))
        switch run {
        case .create:
            let pid = spawn(.container)
            containerPid = pid
            result.pid = pid
            if dice.chance(15) { end(pid, .signaled(9)) }
        case .start:
            succeededStarts += 1
            if dice.chance(25), let pid = containerPid { end(pid, .exited(3)) }
        case .exec(let session):
            let pid = spawn(.session(session))
            result.pid = pid
            if dice.chance(30) { end(pid, .exited(4)) }
        case .deleteForced, .kill(signal: 9, all: _): killAll()
        case .state: answerState(&result)
        default: break
        }
        drain()
        handle(.callEnded(id, result))
    }

    /// What has the id is ours, or somebody else's, or there is nothing.
    private mutating func answerState(_ result: inout CallResult) {
        if let pid = containerPid { return answerState(of: pid, &result) }
        switch dice.next() % 3 {
        case 0:
            let pid = spawn(.container)
            result.report = StateAnswer(status: "created", bundle: "/b", pid: pid, created: UInt64(trail.count))
        case 1:
            isForeign = true
            result.isChild = false
            let status = dice.chance(50) ? "created" : "running"
            result.report = StateAnswer(status: status, bundle: "/b", pid: 7, created: UInt64(trail.count))
        default: break
        }
    }

    /// After a start that was killed.
    private mutating func answerState(of pid: Int32, _ result: inout CallResult) {
        let lives = processes[pid] != nil
        let hasBegun = dice.chance(50)
        if lives && hasBegun { succeededStarts += 1 }
        let status = !lives ? "stopped" : hasBegun ? "running" : "created"
        result.report = StateAnswer(status: status, bundle: "/b", pid: lives ? pid : 0, created: UInt64(trail.count))
    }

    private mutating func endFailing(_ id: CallID, _ run: RuntimeCall) {
        let status: WaitStatus = dice.chance(50) ? .exited(1) : .signaled(9)
        if case .start = run, dice.chance(50), let pid = containerPid { end(pid, .exited(1)) }
        drain()
        handle(.callEnded(id, CallResult(status: status, message: "no")))
    }

    private mutating func drain() {
        while !pending.isEmpty { handle(pending.removeFirst()) }
    }

    private mutating func killAll() {
        for pid in processes.keys.sorted() where processes[pid] != .some(nil) { end(pid, .signaled(9)) }
    }
}
