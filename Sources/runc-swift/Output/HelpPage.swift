/// The help, in the shape that callers of runc and its test suite know.
struct HelpPage {
    /// What the program is called: argv[0] without its folder.
    private let name: String

    init(program: String) {
        name = program.split(separator: "/").last.map(String.init) ?? "runc-swift"
    }

    /// The page of the program. Its second line has to read "runc - Open Container Initiative runtime".
    var text: String {
        """
        NAME:
           runc - Open Container Initiative runtime: runc-swift, a drop-in replacement

        \(HelpPage.introduction)

        USAGE:
           \(name) [global options] command [command options] [arguments...]

        VERSION:
           \(Version.number)

        COMMANDS:
        \(HelpPage.commands)

        GLOBAL OPTIONS:
        \(HelpPage.options(Flag.globals))

        """
    }

    /// The page of a verb.
    func text(of command: Command) -> String {
        let options = command.flags.contains { !$0.hidden } ? " [command options]" : ""
        let synopsis = command.synopsis.isEmpty ? "" : " \(command.synopsis)"
        let description = command.description.isEmpty ? "" : "\nDESCRIPTION:\n\(indented(command.description))\n"
        return """
            NAME:
               \(name) \(command.name) - \(command.summary)

            USAGE:
               \(name) \(command.name)\(options)\(synopsis)
            \(description)
            OPTIONS:
            \(HelpPage.options(command.flags + [.help]))

            """
    }

    static let introduction = """
        A container is made from a bundle: a folder with a root file system and a config.json that says what runs in it
        and how it is kept apart. Every call does one thing and ends; the state lives below the root folder.

            # runc-swift spec                       write a config.json to start from
            # runc-swift run [-b bundle] <id>       make a container and wait for its end
            # runc-swift create [-b bundle] <id>    or step by step: create, start, kill, delete
        """

    private static var commands: String {
        let rows = Verb.visible.map { ($0.name, $0.summary) } + [("help, h", "show this page, or that of a command")]
        return columns(rows)
    }

    private static func options(_ flags: [Flag]) -> String {
        columns(
            flags.filter { !$0.hidden }.map { (flag) in
                let fallback = flag.fallback.map { " (default: \($0))" } ?? ""
                return (flag.spellings.joined(separator: ", "), flag.help + fallback)
            }
        )
    }

    private static func columns(_ rows: [(String, String)]) -> String {
        let width = rows.map { $0.0.count }.max() ?? 0
        return rows.map { (left, right) in
            "   " + left + String(repeating: " ", count: width - left.count + 2) + right
        }.joined(separator: "\n")
    }

    private func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { "   \($0)" }.joined(separator: "\n")
    }
}
