/// For zsh: `_arguments` with one case a verb.
enum ZshCompletion {
    static var script: String {
        """
        #compdef runc-swift
        _runc_swift_containers() {
            local -a ids
            ids=(${(f)"$(runc-swift ${opt_args[--root]:+--root $opt_args[--root]} list -q 2>/dev/null)"})
            compadd -a ids
        }
        _runc_swift() {
            local context state line
            typeset -A opt_args
            local -a verbs
            verbs=(
        \(Verb.visible.map { "        '\($0.name):\(quoted($0.summary))'" }.joined(separator: "\n"))
            )
            _arguments -C \\
        \(arguments(Flag.globals))
                '1:command:->verb' '*::argument:->rest'
            case $state in
            verb) _describe command verbs;;
            rest)
                case $words[1] in
        \(Verb.visible.map(entry).joined(separator: "\n"))
                esac;;
            esac
        }
        _runc_swift "$@"

        """
    }

    private static func entry(_ command: Command) -> String {
        let operand =
            if command.completesContainers {
                "'1:container:_runc_swift_containers' '*:argument:_files'"
            } else if command.name == "completion" {
                "'1:shell:(\(Shell.allCases.map { $0.rawValue }.joined(separator: " ")))'"
            } else {
                "'*:argument:()'"
            }
        return """
                    \(command.name)) _arguments \\
            \(arguments(command.visibleFlags))
                        \(operand);;
            """
    }

    private static func arguments(_ flags: [Flag]) -> String {
        flags.filter { !$0.hidden }.flatMap { (flag) in flag.words.map { argument($0, flag) } }.joined(separator: "\n")
    }

    private static func argument(_ word: String, _ flag: Flag) -> String {
        let repeats = flag.kind == .list || flag.kind == .integers ? "*" : ""
        let value =
            switch flag.completion {
            case _ where flag.kind == .toggle: ""
            case .none: ":value: "
            case .files: ":file:_files"
            case .folders: ":folder:_files -/"
            case .words: ":value:(\(flag.choices.joined(separator: " ")))"
            }
        return "            '\(repeats)\(word)[\(quoted(flag.help))]\(value)' \\"
    }

    /// Inside single quotes and brackets.
    private static func quoted(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "'": result += "'\\''"
            case "[", "]", ":", "\\": result += "\\\(character)"
            default: result.append(character)
            }
        }
        return result
    }
}
