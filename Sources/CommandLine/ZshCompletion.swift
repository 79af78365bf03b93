/// For zsh: `_arguments` with one case a verb.
enum ZshCompletion<Completed: Program> {
    static var script: String {
        """
        #compdef \(Completed.name)
        \(Completed.listing.map(lister) ?? "")\(Completed.function)() {
            local context state line
            typeset -A opt_args
            local -a verbs
            verbs=(
        \(Completed.commands.map { "        '\($0.name):\(quoted($0.summary))'" }.joined(separator: "\n"))
            )
            _arguments -C \\
        \(arguments(Completed.flags))
                '1:command:->verb' '*::argument:->rest'
            case $state in
            verb) _describe command verbs;;
            rest)
                case $words[1] in
        \(Completed.commands.map(entry).joined(separator: "\n"))
                esac;;
            esac
        }
        \(Completed.function) "$@"

        """
    }

    private static func lister(_ listing: Listing) -> String {
        let flag = "${opt_args[--\(listing.flag)]:+--\(listing.flag) $opt_args[--\(listing.flag)]}"
        return """
            \(Completed.function)_containers() {
                local -a ids
                ids=(${(f)"$(\(Completed.name) \(flag) \(listing.arguments) 2>/dev/null)"})
                compadd -a ids
            }

            """
    }

    private static func entry(_ command: Subcommand<Completed.Call>) -> String {
        let operand =
            switch command.completes {
            case .none: "'*:argument:()'"
            case .listed: "'1:container:\(Completed.function)_containers' '*:argument:_files'"
            case .words(let label, let words): "'1:\(label):(\(words.joined(separator: " ")))'"
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
