/// For bash 4: one function, with one case for values and one for verbs.
enum BashCompletion<Completed: Program> {
    static var script: String {
        let names = Completed.commands.map { $0.name }.joined(separator: " ")
        let listing = Completed.listing
        return """
            # bash completion for \(Completed.name)
            \(Completed.function)() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
                local verb=\(listing.map { " \($0.flag)=" } ?? "") flags= operands=\(listing == nil ? "" : " containers=") i
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case ${COMP_WORDS[i]} in\(listing.map(pass) ?? "")
                    \(words(Completed.flags.filter { $0.kind != .toggle && $0.name != listing?.flag }))) ((i++));;
                    -*) ;;
                    *) verb=${COMP_WORDS[i]}; break;;
                    esac
                done
                COMPREPLY=()
                case $verb:$previous in
            \(values())
                esac
                case $verb in
                '') flags="\(flags(Completed.flags))" operands="\(names)";;
            \(Completed.commands.map(entry).joined(separator: "\n"))
                esac
                if [[ $current == -* ]]; then
                    COMPREPLY=($(compgen -W "$flags" -- "$current"))
                else\(listing.map(ask) ?? "")
                    COMPREPLY=($(compgen -W "$operands" -- "$current"))
                fi
            }
            complete -F \(Completed.function) \(Completed.name)

            """
    }

    private static func pass(_ listing: Listing) -> String {
        "\n        --\(listing.flag)) \(listing.flag)=${COMP_WORDS[i+1]}; ((i++));;"
    }

    private static func ask(_ listing: Listing) -> String {
        let flag = "${\(listing.flag):+--\(listing.flag) \"$\(listing.flag)\"}"
        return "\n        [[ $containers ]] && operands=$(\(Completed.name) \(flag) \(listing.arguments) 2>/dev/null)"
    }

    private static func words(_ flags: [Flag]) -> String { flags.flatMap { $0.words }.joined(separator: "|") }
    private static func flags(_ flags: [Flag]) -> String {
        flags.filter { !$0.hidden }.flatMap { $0.words }.joined(separator: " ")
    }

    private static func values() -> String {
        let global = Completed.flags.compactMap { value(of: $0, verb: "") }
        let others = Completed.commands.flatMap { (command) in
            command.flags.compactMap { value(of: $0, verb: command.name) }
        }
        return (global + others).joined(separator: "\n")
    }

    private static func value(of flag: Flag, verb: String) -> String? {
        guard flag.kind != .toggle, !flag.hidden else { return nil }
        let offer =
            switch flag.completion {
            case .none: ""
            case .files: "COMPREPLY=($(compgen -f -- \"$current\")); "
            case .folders: "COMPREPLY=($(compgen -d -- \"$current\")); "
            case .words: "COMPREPLY=($(compgen -W \"\(flag.choices.joined(separator: " "))\" -- \"$current\")); "
            }
        let patterns = flag.words.map { "\(verb):\($0)" }.joined(separator: "|")
        return "    \(patterns)) \(offer)return;;"
    }

    private static func entry(_ command: Subcommand<Completed.Call>) -> String {
        let operands =
            switch command.completes {
            case .none: ""
            case .listed: " containers=yes"
            case .words(_, let words): " operands=\"\(words.joined(separator: " "))\""
            }
        return "    \(command.name)) flags=\"\(flags(command.visibleFlags))\"\(operands);;"
    }
}
