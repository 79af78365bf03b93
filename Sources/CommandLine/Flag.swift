/// One option of the command line, as the parser, the help, the man page and the completions see it.
package struct Flag: Sendable {
    package enum Kind: Sendable {
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

    package let name: String
    package let alias: String?
    package let kind: Kind
    /// What stands for the value in the help. `FILE` and `DIR` complete to paths, `a|b` to its words.
    package let placeholder: String
    /// What is taken where the flag is absent, for the help.
    package let fallback: String?
    package let help: String
    package let hidden: Bool
    /// The line that shows how to call a verb has it.
    package let isNeeded: Bool

    package init(
        _ name: String,
        short alias: String? = nil,
        kind: Kind = .text,
        placeholder: String = "value",
        fallback: String? = nil,
        hidden: Bool = false,
        isNeeded: Bool = false,
        _ help: String
    ) {
        self.name = name
        self.alias = alias
        self.kind = kind
        self.placeholder = placeholder
        self.fallback = fallback
        self.hidden = hidden
        self.isNeeded = isNeeded
        self.help = help
    }

    package static func toggle(
        _ name: String,
        short alias: String? = nil,
        hidden: Bool = false,
        _ help: String
    ) -> Flag {
        Flag(name, short: alias, kind: .toggle, placeholder: "", hidden: hidden, help)
    }

    package static let help = toggle("help", short: "h", "show help")
    package static let version = toggle("version", short: "v", "print the version")

    /// `--bundle value`, or `--bundle` for a toggle; `-b value` for the alias.
    package var spellings: [String] {
        let value = kind == .toggle ? "" : " \(placeholder)"
        return ["--\(name)\(value)"] + (alias.map { ["-\($0)\(value)"] } ?? [])
    }

    /// The flag in two columns: how it is spelt, and what it is for.
    var row: (String, String) {
        (spellings.joined(separator: ", "), help + (fallback.map { " (default: \($0))" } ?? ""))
    }

    /// The words that the value is one of, where the placeholder lists them.
    package var choices: [Substring] {
        placeholder.contains("|") ? placeholder.split(separator: "|") : []
    }
}
