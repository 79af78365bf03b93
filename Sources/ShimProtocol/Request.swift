/// How a client's stream is treated that has no room, SM-24.
package enum StreamMode: String, Sendable {
    /// The container waits for the client, within bounds.
    case blocking
    /// The client misses bytes.
    case nonBlocking = "non-blocking"
}

/// What a client wants of the streams.
package struct Attachment: Equatable, Sendable {
    package var input = false
    package var output = true
    package var error = true
    /// Typed one after another they end the attachment; none where empty.
    package var detachKeys: [UInt8] = []
    package var mode = StreamMode.blocking
    /// Starts what is attached to once it is.
    package var starts = false

    package static let longestKeys = 16

    package init() {}
}

/// A new exec session.
package struct ExecDescription: Equatable, Sendable {
    /// runtime-spec's process object, as the runtime gets it.
    package var process: [UInt8] = []
    /// What `process` says of a terminal.
    package var terminal = false
    package var input = false

    package init() {}
}

/// What a client asks of the shim, spec/shim.md SM-44. A name stands for an exec session, nil for the container.
package enum Request: Equatable, Sendable {
    case state(SessionName?)
    case start(SessionName?)
    case attach(SessionName?, Attachment)
    case resize(SessionName?, rows: UInt16, columns: UInt16)
    case kill(SessionName?, signal: Int32, all: Bool)
    case exec(SessionName, ExecDescription)
    case deleteExec(SessionName)
    case wait(SessionName?)
    case take
    case pause
    case resume
    /// runtime-spec's `linux.resources`, as the runtime gets it.
    case update([UInt8])
    case stats
    case reopen
    case closeInput(SessionName?)
    case shutdown(kill: Bool)
}
