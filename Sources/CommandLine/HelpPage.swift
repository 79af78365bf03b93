/// The help, in the shape that callers of runc and its test suite know.
package struct HelpPage<Described: Program> {
    /// What the program is called: argv[0] without its folder.
    private let name: String

    package init(program: String) {
        name = program.split(separator: "/").last.map(String.init) ?? Described.name
    }

    /// The page of the program.
    package var text: String {
        """
        NAME:
           \(Described.title)

        \(Described.introduction)

        USAGE:
        \(Described.synopses.map { "   \(name) \($0)" }.joined(separator: "\n"))

        VERSION:
           \(Build.version)

        COMMANDS:
        \(HelpPage.commands)

        \(Described.flagsTitle):
        \(HelpPage.columns(Described.flags.filter { !$0.hidden }.map { $0.row }))

        """
    }

    /// The page of a verb.
    package func text(of command: Subcommand<Described.Call>) -> String {
        let options = command.takesOptions ? " [command options]" : ""
        let synopsis = command.synopsis.isEmpty ? "" : " \(command.synopsis)"
        let description = command.description.isEmpty ? "" : "\nDESCRIPTION:\n\(indented(command.description))\n"
        return """
            NAME:
               \(name) \(command.name) - \(command.summary)

            USAGE:
               \(name) \(command.name)\(command.needs)\(options)\(synopsis)
            \(description)
            OPTIONS:
            \(HelpPage.columns(command.visibleFlags.map { $0.row }))

            """
    }

    private static var commands: String {
        let rows = Described.commands.map { ($0.name, $0.summary) }
        return columns(rows + [("help, h", "show this page, or that of a command")])
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
