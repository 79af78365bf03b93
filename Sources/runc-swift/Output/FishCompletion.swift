/// For fish: one `complete` a verb and flag.
enum FishCompletion {
    static var script: String {
        let verbs = Verb.visible
        let names = verbs.map { $0.name }.joined(separator: " ")
        let lines =
            ["complete -c runc-swift -f"]
            + Flag.globals.map { line($0, when: "not __fish_seen_subcommand_from \(names)") }
            + verbs.map {
                "complete -c runc-swift -n 'not __fish_seen_subcommand_from \(names)' -a \($0.name) -d '\(quoted($0.summary))'"
            }
            + verbs.flatMap(entry)
        return "# fish completion for runc-swift\n" + lines.joined(separator: "\n") + "\n"
    }

    private static func entry(_ command: Command) -> [String] {
        let condition = "__fish_seen_subcommand_from \(command.name)"
        var lines = command.visibleFlags.map { line($0, when: condition) }
        if command.completesContainers {
            lines.append("complete -c runc-swift -n '\(condition)' -a '(runc-swift list -q 2>/dev/null)'")
        }
        if command.name == "completion" {
            let shells = Shell.allCases.map { $0.rawValue }.joined(separator: " ")
            lines.append("complete -c runc-swift -n '\(condition)' -a '\(shells)'")
        }
        return lines
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
        return "complete -c runc-swift -n '\(condition)' -l \(flag.name)\(short)\(value) -d '\(quoted(flag.help))'"
    }

    private static func quoted(_ text: String) -> String {
        String(text.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] })
    }
}
