internal import CommandLine

/// One client verb of this program.
typealias Command = Subcommand<Call>

/// The verbs in the order of the help. Only the table of the one that is called gets built.
enum Verb: String, CaseIterable, Sendable {
    case start, attach, exec, wait, take, state, kill, pause, resume, update, stats, resize, reopen
    case closeInput = "close-stdin"
    case deleteExec = "delete-exec"
    case shutdown, logs, recover, completion, man

    var command: Command {
        switch self {
        case .start: .start
        case .attach: .attach
        case .exec: .exec
        case .wait: .wait
        case .take: .take
        case .state: .state
        case .kill: .kill
        case .pause: .pause
        case .resume: .resume
        default: other
        }
    }

    private var other: Command {
        switch self {
        case .update: .update
        case .stats: .stats
        case .resize: .resize
        case .reopen: .reopen
        case .closeInput: .closeInput
        case .deleteExec: .deleteExec
        case .shutdown: .shutdown
        case .logs: .logs
        case .recover: .recover
        case .completion: Shim.completion
        default: Shim.manual
        }
    }

    /// What the help lists.
    static var visible: [Command] { allCases.map { $0.command }.filter { !$0.hidden } }
}
