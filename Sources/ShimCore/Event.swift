package import Linux
package import ShimProtocol

/// One connection of the control socket: a number that is not used again.
package struct ClientID: Hashable, Sendable {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
}

/// One exec session: a number that is not used again.
package struct SessionID: Hashable, Sendable {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
}

/// Whose streams, whose exit.
package enum Owner: Hashable, Sendable {
    case container
    case session(SessionID)
}

/// One run of the runtime: a number that is not used again.
package struct CallID: Hashable, Sendable {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
}

/// What came of one run of the runtime.
package struct CallResult: Equatable, Sendable {
    /// nil where it could not even be run.
    package var status: WaitStatus?
    /// From the pid file of `create` and `exec`; nil where there is none.
    package var pid: Int32?
    /// The runtime's error, from its log or its standard error; why it could not be run. Empty after success.
    package var message = ""
    /// What `state` says, for the call that asks.
    package var report: StateAnswer?
    /// The process that `pid`, or else `report`, names is a child of the shim, living or not: nobody else's container.
    package var isChild = true

    package init(status: WaitStatus?, pid: Int32? = nil, message: String = "") {
        self.status = status
        self.pid = pid
        self.message = message
    }

    package var isSuccess: Bool { status?.isSuccess ?? false }
}

/// Moments that the machine waits for.
package enum Deadline: Hashable, CaseIterable, Sendable {
    /// Nobody has come for the record.
    case linger
    /// The container's first process has ended, and the runtime's `start` still runs.
    case startGrace
    /// The record could not be written.
    case recordRetry
}

/// What happens to the shim. Nothing else makes the machine move.
package enum Event: Equatable, Sendable {
    /// The beginning: once, first.
    case begin
    case callEnded(CallID, CallResult)
    /// A child was reaped, whichever: the runtime's runs are told by `callEnded`.
    case childEnded(Int32, WaitStatus)
    case request(ClientID, Request)
    /// The connection has ended, or the client has detached.
    case clientGone(ClientID)
    /// The answer to `.writeRecord`: the record as it was written, with what the driver knows of it (`oomKilled`,
    /// `lost`); `errno` where it was not.
    case recordWritten(Owner, ExitRecord, Errno?)
    /// The answer to `.drain`: all is read, logged, and on its way to the clients.
    case drained(Owner)
    /// The answer to `.report`: whether the caller has taken it.
    case reported(delivered: Bool)
    /// The answer to a `.prepare` that failed.
    case sessionLost(SessionID)
    case deadline(Deadline)
    /// SIGTERM
    case terminate
}

/// One run of the runtime.
package enum RuntimeCall: Equatable, Sendable {
    case create
    case start
    case kill(signal: Int32, all: Bool)
    case pause
    case resume
    /// Resources, as JSON.
    case update([UInt8])
    case exec(SessionID)
    case deleteForced
    /// Whose container is it that a killed `create` has left?
    case state
}

/// What the driver has to do, in this order.
package enum Action: Equatable, Sendable {
    /// Ends in `callEnded`, never at once.
    case call(CallID, RuntimeCall)
    /// Ends a run of the runtime by SIGKILL; `callEnded` follows.
    case interrupt(CallID)
    /// Answered by `reported`.
    case report(Report)
    /// Writes shim.json and opens what has to be read before the cgroup goes (SM-33).
    case save(ContainerPhase, pid: Int32?)
    /// To a client that has gone: nothing. To one that is attached: nothing but an error, which ends the attachment.
    case reply(ClientID, Reply)
    /// Connects a client with streams; its answer was a `reply` before.
    case attach(ClientID, Owner, Attachment)
    /// Sends EXIT to one client, and ends its connection.
    case tellExit(ClientID, ExitRecord)
    /// Sends EXIT to every client that is attached to the owner's streams, after what they still have to get, and ends
    /// their connections.
    case announce(Owner, ExitRecord)
    /// Makes a session's files and streams ready, and replies; `sessionLost` is the answer where that failed.
    case prepare(ClientID, SessionID, SessionName, ExecDescription)
    /// The container runs: what was kept back for its standard input may go.
    case openInput(Owner)
    case signal(pid: Int32, Int32)
    /// Answered by `recordWritten`, at once.
    case writeRecord(Owner, ExitRecord)
    /// Answered by `drained`, at once or later (SM-25).
    case drain(Owner)
    /// Drops a session's streams and folder; the record stays.
    case forget(SessionID)
    /// Removes a session's record: it was taken.
    case dropRecord(SessionName)
    /// These the driver does and answers by itself.
    case resize(ClientID, Owner, rows: UInt16, columns: UInt16)
    case closeInput(ClientID, Owner)
    case reopenLog(ClientID)
    case stats(ClientID)
    case replyRecord(ClientID, SessionName)
    case arm(Deadline, nanoseconds: UInt64)
    case disarm(Deadline)
    /// The end of the shim, once every client has got what is on its way (5 s at most). With `removing` the folder is
    /// emptied.
    case leave(removing: Bool)
}

/// What the caller is told, SM-12.
package enum Report: Equatable, Sendable {
    case ready(pid: Int32)
    case failed(String)
}

/// An answer to a request.
package enum Reply: Equatable, Sendable {
    case done
    case pid(Int32)
    case record(ExitRecord)
    case state(StateReply)
    case error(ProtocolError)
}

/// The machine's part of the answer to `state`; the driver adds clients and counters.
package struct StateReply: Equatable, Sendable {
    package var phase: String
    package var pid: Int32?
    package var created: UInt64?
    package var started: UInt64?
    package var finished: UInt64?
    package var status: WaitStatus?
    package var sessions: [SessionName] = []
    package var owner: Owner
    /// Why the runtime could not remove the container after its end.
    package var leftover: String?

    package init(phase: String, owner: Owner) {
        self.phase = phase
        self.owner = owner
    }
}
