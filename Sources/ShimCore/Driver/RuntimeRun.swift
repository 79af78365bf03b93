internal import Linux
internal import ShimProtocol

/// One run of the runtime that has not ended.
final class RuntimeRun {
    let call: CallID
    let kind: RuntimeCall
    /// Its log, in the state folder.
    let log: String
    /// Where it leaves a pid, in the state folder.
    let pidFile: String?
    /// What it wrote to its standard output and error, but for those that are the container's.
    let output: FileDescriptor
    let error: FileDescriptor
    var pid: Int32 = 0
    /// Of `create` and `exec`.
    var streams: Streams?
    /// CLOCK_MONOTONIC of its beginning.
    let begun: UInt64
    /// It was killed because its time was over.
    var isOverdue = false

    /// For runs that something waits for which has to come: the end of the shim's own work.
    static let patience: UInt64 = 10_000_000_000
    /// Runs for requests at once. A client may go before the answer, so connections are no bound; and of a runtime that
    /// hangs every run stays.
    static let limit = 64

    init(_ call: CallID, _ kind: RuntimeCall, pidFile: String?, now: UInt64) throws(Errno) {
        self.call = call
        self.kind = kind
        begun = now
        log = "call-\(call.number).log"
        self.pidFile = pidFile
        output = try ScratchFile.make()
        error = try ScratchFile.make()
    }

    /// When it has had its time; nil: it may take as long as it likes.
    ///
    /// `end`: of the container's first process. `hasContainer`: there is or was one.
    func deadline(end: UInt64?, hasContainer: Bool) -> UInt64? {
        switch kind {
        // Asked where a create has failed, of which the caller wants to hear.
        case .state: begun + RuntimeRun.patience
        case .deleteForced:
            if end == nil, hasContainer { nil } else { max(end ?? 0, begun) + RuntimeRun.patience }
        default: nil
        }
    }
}

extension RuntimeCall {
    /// Clients ask for such runs, as many as they like.
    var isRequested: Bool {
        switch self {
        case .create, .start, .state, .deleteForced: false
        default: true
        }
    }
}

/// How the runtime is called: runc's command line, which crun has too.
struct RuntimeCommand {
    let options: ShimOptions
    /// The state folder.
    let folder: String

    /// `process` is the file with the process of `exec`, `console` where a terminal is expected.
    func arguments(
        _ call: RuntimeCall,
        log: String,
        pidFile: String? = nil,
        process: String? = nil,
        console: String? = nil
    ) -> [String] {
        var result = [options.runtime] + options.runtimeArguments
        result += ["--log", "\(folder)/\(log)", "--log-format", "json", RuntimeCommand.verb(call)]
        if let pidFile { result += ["--pid-file", "\(folder)/\(pidFile)"] }
        if let console { result += ["--console-socket", console] }
        switch call {
        case .create: result += ["--bundle", options.bundle] + options.createArguments
        case .exec: result += ["--detach", "--process", "\(folder)/\(process ?? "")"]
        case .kill(_, all: true): result.append("--all")
        case .update: result += ["--resources", "-"]
        case .deleteForced: result.append("--force")
        default: break
        }
        result.append(options.id)
        if case .kill(let signal, _) = call { result.append(String(signal)) }
        return result
    }

    static func verb(_ call: RuntimeCall) -> String {
        switch call {
        case .create: "create"
        case .start: "start"
        case .kill: "kill"
        case .pause: "pause"
        case .resume: "resume"
        case .update: "update"
        case .exec: "exec"
        case .deleteForced: "delete"
        case .state: "state"
        }
    }
}
