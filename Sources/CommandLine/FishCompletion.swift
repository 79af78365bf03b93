/// For fish: one `complete` a verb and flag.
enum FishCompletion<Completed: Program> {
    static var script: String {
        let verbs = Completed.commands
        let names = verbs.map { $0.name }.joined(separator: " ")
        let lines =
            ["\(complete) -f"]
            + Completed.flags.filter { !$0.hidden }.map { line($0, when: "not __fish_seen_subcommand_from \(names)") }
            + verbs.map {
                "\(complete) -n 'not __fish_seen_subcommand_from \(names)' -a \($0.name) -d '\(quoted($0.summary))'"
            }
            + verbs.flatMap(entry)
        return "# fish completion for \(Completed.name)\n" + lines.joined(separator: "\n") + "\n"
    }

    private static var complete: String { "complete -c \(Completed.name)" }

    private static func entry(_ command: Subcommand<Completed.Call>) -> [String] {
        let condition = "__fish_seen_subcommand_from \(command.name)"
        let operands: String? =
            switch command.completes {
            case .none: nil
            case .listed: Completed.listing.map { "(\(Completed.name) \($0.arguments) 2>/dev/null)" }
            case .words(_, let words): words.joined(separator: " ")
            }
        let flags = command.visibleFlags.map { line($0, when: condition) }
        return flags + (operands.map { ["\(complete) -n '\(condition)' -a '\($0)'"] } ?? [])
    }

    private static func line(_ flag: Flag, when condition: String) -> String {
        let short = flag.alias.map { " -s \($0)" } ?? ""
        let value =
            switch flag.completion {
            case _ where flag.kind == .toggle: ""
            case .none: " -x"
            case .files: " -rF"
            case .folders: " -xa '(__fish_complete_directories)'"
            case .words: " -xa '\(flag.choices.joined(separator: " "))'"
            }
        return "\(complete) -n '\(condition)' -l \(flag.name)\(short)\(value) -d '\(quoted(flag.help))'"
    }

    private static func quoted(_ text: String) -> String {
        String(text.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] })
    }
}
