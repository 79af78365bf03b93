internal import OCI

/// The shells that `completion` writes for.
package enum Shell: String, CaseIterable {
    case bash, zsh, fish

    package func script<Completed: Program>(for program: Completed.Type) -> String {
        switch self {
        case .bash: BashCompletion<Completed>.script
        case .zsh: ZshCompletion<Completed>.script
        case .fish: FishCompletion<Completed>.script
        }
    }
}

extension Flag {
    /// `--bundle`, `-b`.
    package var words: [String] { ["--\(name)"] + (alias.map { ["-\($0)"] } ?? []) }

    /// What the shell offers for the value.
    enum Completion: Equatable { case none, files, folders, words }

    var completion: Completion {
        switch placeholder {
        case "FILE", "PATH": .files
        case "DIR": .folders
        default: choices.isEmpty ? .none : .words
        }
    }
}

extension Program {
    /// The name of the shell's function.
    static var function: String { "_" + String(name.map { $0 == "-" ? "_" : $0 }) }

    /// The verb that prints completions.
    package static var completion: Subcommand<Call> {
        Subcommand(
            name: "completion",
            summary: "print a completion script for a shell",
            synopsis: "bash|zsh|fish",
            description: "For bash: source <(\(name) completion bash)",
            completes: .words("shell", Shell.allCases.map { $0.rawValue })
        ) { (call) throws(RuntimeError) in
            let name = call.operands.first ?? ""
            guard let shell = Shell(rawValue: name) else {
                throw RuntimeError(.usage, "no completion for shell \"\(name)\": bash, zsh or fish")
            }
            try Output.write(shell.script(for: Self.self))
            return 0
        }
    }

    /// The verb that prints the manual page.
    package static var manual: Subcommand<Call> {
        Subcommand(
            name: "man",
            summary: "print the manual page in roff",
            operands: .exactly(0),
            hidden: true
        ) { (_) throws(RuntimeError) in
            try Output.write(ManualPage<Self>.roff)
            return 0
        }
    }
}
