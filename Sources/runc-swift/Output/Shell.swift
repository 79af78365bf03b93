/// The shells that `completion` writes for.
enum Shell: String, CaseIterable {
    case bash, zsh, fish

    var script: String {
        switch self {
        case .bash: BashCompletion.script
        case .zsh: ZshCompletion.script
        case .fish: FishCompletion.script
        }
    }
}

extension Flag {
    /// `--bundle`, `-b`.
    var words: [String] { ["--\(name)"] + (alias.map { ["-\($0)"] } ?? []) }

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

extension Command {
    /// True where the first operand is a container that exists.
    var completesContainers: Bool { synopsis.hasPrefix("<container-id>") && name != "create" && name != "run" }
    var visibleFlags: [Flag] { (flags + [.help]).filter { !$0.hidden } }
}
