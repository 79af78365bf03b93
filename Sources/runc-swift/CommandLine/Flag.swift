/// One option of the command line, as the parser, the help, the man page and the completions see it.
struct Flag: Sendable {
    enum Kind: Sendable {
        /// `--debug`, `--debug=false`.
        case toggle
        case text
        /// May be given several times; a comma does not split.
        case list
        case integer
        case integers
        /// Go's notation: `1s`, `100ms`.
        case duration
    }

    let name: String
    let alias: String?
    let kind: Kind
    /// What stands for the value in the help. `FILE` and `DIR` complete to paths, `a|b` to its words.
    let placeholder: String
    /// What is taken where the flag is absent, for the help.
    let fallback: String?
    let help: String
    let hidden: Bool

    init(
        _ name: String,
        short alias: String? = nil,
        kind: Kind = .text,
        placeholder: String = "value",
        fallback: String? = nil,
        hidden: Bool = false,
        _ help: String
    ) {
        self.name = name
        self.alias = alias
        self.kind = kind
        self.placeholder = placeholder
        self.fallback = fallback
        self.hidden = hidden
        self.help = help
    }

    static func toggle(_ name: String, short alias: String? = nil, hidden: Bool = false, _ help: String) -> Flag {
        Flag(name, short: alias, kind: .toggle, placeholder: "", hidden: hidden, help)
    }

    /// `--bundle value`, or `--bundle` for a toggle; `-b value` for the alias.
    var spellings: [String] {
        let value = kind == .toggle ? "" : " \(placeholder)"
        return ["--\(name)\(value)"] + (alias.map { ["-\($0)\(value)"] } ?? [])
    }

    /// The words that the value is one of, where the placeholder lists them.
    var choices: [Substring] {
        placeholder.contains("|") ? placeholder.split(separator: "|") : []
    }
}
