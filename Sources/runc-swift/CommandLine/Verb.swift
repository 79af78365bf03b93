internal import CommandLine

/// The verbs in the order of the help. Only the table of the one that is called gets built.
enum Verb: String, CaseIterable, Sendable {
    case checkpoint, create, delete, events, exec, kill, list, pause, ps, restore, resume, run, spec, start, state
    case update, features, completion, man

    var command: Command {
        switch self {
        case .checkpoint: .checkpoint
        case .create: .create
        case .delete: .delete
        case .events: .events
        case .exec: .exec
        case .kill: .kill
        case .list: .list
        case .pause: .pause
        case .ps: .ps
        case .restore: .restore
        case .resume: .resume
        case .run: .run
        case .spec: .spec
        case .start: .start
        case .state: .state
        case .update: .update
        case .features: .features
        case .completion: RuncSwift.completion
        case .man: RuncSwift.manual
        }
    }

    /// What the help lists.
    static var visible: [Command] { allCases.map { $0.command }.filter { !$0.hidden } }
}
