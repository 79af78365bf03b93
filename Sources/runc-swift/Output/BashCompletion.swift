/// For bash 4: one function, with one case for values and one for verbs.
enum BashCompletion {
    static var script: String {
        let names = Verb.visible.map { $0.name }.joined(separator: " ")
        return """
            # bash completion for runc-swift
            _runc_swift() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
                local verb= root= flags= operands= containers= i
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case ${COMP_WORDS[i]} in
                    --root) root=${COMP_WORDS[i+1]}; ((i++));;
                    \(words(Flag.globals.filter { $0.kind != .toggle && $0.name != "root" }))) ((i++));;
                    -*) ;;
                    *) verb=${COMP_WORDS[i]}; break;;
                    esac
                done
                COMPREPLY=()
                case $verb:$previous in
            \(values())
                esac
                case $verb in
                '') flags="\(flags(Flag.globals))" operands="\(names)";;
            \(Verb.visible.map(entry).joined(separator: "\n"))
                esac
                if [[ $current == -* ]]; then
                    COMPREPLY=($(compgen -W "$flags" -- "$current"))
                else
                    [[ $containers ]] && operands=$(runc-swift ${root:+--root "$root"} list -q 2>/dev/null)
                    COMPREPLY=($(compgen -W "$operands" -- "$current"))
                fi
            }
            complete -F _runc_swift runc-swift

            """
    }

    private static func words(_ flags: [Flag]) -> String { flags.flatMap { $0.words }.joined(separator: "|") }
    private static func flags(_ flags: [Flag]) -> String {
        flags.filter { !$0.hidden }.flatMap { $0.words }.joined(separator: " ")
    }

    private static func values() -> String {
        let global = Flag.globals.compactMap { value(of: $0, verb: "") }
        let others = Verb.visible.flatMap { (command) in command.flags.compactMap { value(of: $0, verb: command.name) }
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

    private static func entry(_ command: Command) -> String {
        let containers = command.completesContainers ? " containers=yes" : ""
        let shells = Shell.allCases.map { $0.rawValue }.joined(separator: " ")
        let operands = command.name == "completion" ? " operands=\"\(shells)\"" : ""
        return "    \(command.name)) flags=\"\(flags(command.visibleFlags))\"\(containers)\(operands);;"
    }
}
