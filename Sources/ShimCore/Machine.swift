internal import Linux
package import ShimProtocol

/// What the machine knows of its container beforehand.
package struct MachineSettings: Equatable, Sendable {
    package var id: String
    package var bundle: String
    /// Starts the container once it is created.
    package var starts = false
    /// Leaves the runtime's container to the caller after its end.
    package var keeps = false
    /// SIGTERM ends the container.
    package var termKills = false
    /// Nanoseconds that a record waits for somebody.
    package var linger: UInt64 = 10_000_000_000

    package init(id: String, bundle: String) {
        self.id = id
        self.bundle = bundle
    }
}

/// The shim without a system call: what happens goes in, what is to be done comes out.
///
/// ```
/// creating ──> created ──> starting ──> running
///     │            │            │           │       the first process ends
///     └── failed   └────────────┴───────────┴──> ending: record, delete, drain ──> ended: told, taken, leave
/// ```
package struct Machine: Sendable {
    let settings: MachineSettings
    package internal(set) var phase = ContainerPhase.creating
    var container: Life
    var sessions: [Session] = []
    /// Runs of the runtime that have not ended.
    var calls: [(id: CallID, purpose: Purpose)] = []
    /// Children that ended while a run of the runtime may still say that they were the ones (its pid file).
    var strays: [(pid: Int32, status: WaitStatus, time: UInt64)] = []
    /// Who waits for the container's record.
    var waiters: [Waiter] = []
    /// Exec sessions that ended and whose records nobody has taken, oldest first.
    var untaken: [SessionName] = []
    /// The container's record, from when it is written.
    var record: ExitRecord?
    /// The record is in memory only: the disk refused it.
    var isRecordLost = false
    var isReported = false
    /// The report was a good one.
    var isReady = false
    var isLeaving = false
    /// What comes to nothing after all: the words that the caller gets when that is over.
    var failure: String?
    /// Records of exec sessions that the disk has refused, oldest first.
    var unwritten: [(id: SessionID, record: ExitRecord)] = []
    /// It leaves once no exec session is left; whether the folder is emptied then.
    var wantsToLeave: Bool?
    /// Why the runtime could not remove the container; for whoever asks.
    var leftover: String?
    /// A kill as a whole has succeeded.
    var isRemoved = false
    /// Nanoseconds since 1970: when the runtime's `create` was run.
    var begun: UInt64 = 0
    private var lastNumber: UInt64 = 0

    package init(_ settings: MachineSettings) {
        self.settings = settings
        container = Life()
    }

    /// At most so many strays: beyond it the oldest is forgotten.
    static let strayLimit = 4096
    /// Exec sessions at once.
    package static let sessionLimit = 1000
    /// Records of exec sessions that nobody takes.
    package static let untakenLimit = 256
    /// Those of them that are in memory only.
    static let unwrittenLimit = 64

    /// Nanoseconds that a `start` whose container has ended may still take.
    static let startGrace: UInt64 = 5_000_000_000
    static let recordRetry: UInt64 = 10_000_000_000
    /// Times that the runtime's `delete` is run after the end.
    static let cleanUpAttempts = 3

    mutating func number() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    /// `now`: nanoseconds since 1970, for the record.
    package mutating func handle(_ event: Event, now: UInt64, into actions: inout [Action]) {
        // What is on its way to clients is the driver's to end.
        if isLeaving { return }
        switch event {
        case .begin: begin(now, into: &actions)
        case .callEnded(let id, let result): callEnded(id, result, now, into: &actions)
        case .childEnded(let pid, let status): childEnded(pid, status, now, into: &actions)
        case .request(let client, let request): self.request(request, from: client, into: &actions)
        case .clientGone(let client): forget(client)
        case .deadline(let deadline): self.deadline(deadline, into: &actions)
        case .terminate: terminate(into: &actions)
        default: answered(event, into: &actions)
        }
    }

    private mutating func begin(_ now: UInt64, into actions: inout [Action]) {
        begun = now
        call(.create, for: .create, into: &actions)
    }

    /// What the driver says of an action of this machine's.
    private mutating func answered(_ event: Event, into actions: inout [Action]) {
        switch event {
        case .recordWritten(let owner, let record, let errno): written(owner, record, errno, into: &actions)
        case .drained(let owner): drained(owner, into: &actions)
        case .reported(let delivered): reported(delivered, into: &actions)
        case .sessionLost(let session): lose(session)
        default: return
        }
    }

    // MARK: - What it keeps

    /// One process from its making to its end.
    struct Life: Sendable {
        var pid: Int32?
        var created: UInt64?
        var started: UInt64?
        var finished: UInt64?
        var status: WaitStatus?
        var error: String?
        /// What it was when it ended.
        var lastPhase = ""
    }

    struct Session: Sendable {
        let id: SessionID
        let name: SessionName
        var phase = SessionPhase.made
        var life = Life()
        var waiters: [Waiter] = []
        var record: ExitRecord?
    }

    struct Waiter: Sendable {
        let client: ClientID
        /// Takes the record too.
        let takes: Bool
    }

    /// What a run of the runtime is for.
    enum Purpose: Equatable, Sendable {
        case create
        /// Whose is what a killed create left?
        case inspect(String, pid: Int32?, wasKilled: Bool)
        /// Removes what a failed create left; the words of its failure.
        case undoCreate(String)
        /// Of one that was killed the runtime is asked whether the container runs; the words of its failure.
        case start(ClientID?, killed: String? = nil)
        case exec(SessionID, ClientID?)
        /// Answers a request with its outcome, and does no more.
        case plain(ClientID)
        /// A kill of the container as a whole, for a request or a signal.
        case shutdown(ClientID?)
        /// After the end; the how-manieth attempt.
        case cleanUp(Int)
    }

    mutating func call(_ run: RuntimeCall, for purpose: Purpose, into actions: inout [Action]) {
        let id = CallID(number())
        calls.append((id, purpose))
        actions.append(.call(id, run))
    }

    /// Whether a run of the runtime may still name a process that has ended.
    private var awaitsPid: Bool {
        calls.contains { (call) in
            switch call.purpose {
            case .create, .exec, .inspect: true
            default: false
            }
        }
    }

    mutating func keepStray(_ pid: Int32, _ status: WaitStatus, _ now: UInt64) {
        guard awaitsPid else { return }
        if strays.count == Machine.strayLimit { strays.removeFirst() }
        strays.append((pid, status, now))
    }

    /// The end of a process that was reaped before its pid was known.
    mutating func takeStray(_ pid: Int32) -> (status: WaitStatus, time: UInt64)? {
        guard let index = strays.firstIndex(where: { $0.pid == pid }) else { return nil }
        let stray = strays.remove(at: index)
        return (stray.status, stray.time)
    }

    /// No run of the runtime is left that could name one of them.
    mutating func dropStrays() {
        if !awaitsPid { strays.removeAll() }
    }

    /// A client that has gone, or has detached.
    private mutating func forget(_ client: ClientID) {
        waiters.removeAll { $0.client == client }
        for index in sessions.indices {
            sessions[index].waiters.removeAll { $0.client == client }
        }
    }

    mutating func arm(_ deadline: Deadline, _ nanoseconds: UInt64, into actions: inout [Action]) {
        actions.append(.arm(deadline, nanoseconds: nanoseconds))
    }
}
