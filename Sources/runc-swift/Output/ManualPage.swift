/// runc-swift(8), from the same tables as the parser.
enum ManualPage {
    static var roff: String {
        var page = Roff()
        page.macro(".TH RUNC-SWIFT 8 \"\" \"runc-swift \(Version.number)\" \"System administration\"")
        page.section("NAME")
        page.text("runc-swift - Open Container Initiative runtime")
        page.section("SYNOPSIS")
        page.bold("runc-swift", " [global options] command [command options] [arguments...]")
        page.section("DESCRIPTION")
        page.paragraphs(HelpPage.introduction)
        page.section("GLOBAL OPTIONS")
        page.options(Flag.globals)
        page.section("COMMANDS")
        for command in Verb.visible { describe(command, on: &page) }
        addTail(to: &page)
        return page.source
    }

    private static func describe(_ command: Command, on page: inout Roff) {
        page.subsection(command.name)
        let flags = command.flags.contains { !$0.hidden } ? " [options]" : ""
        page.bold("runc-swift \(command.name)", "\(flags) \(command.synopsis)")
        page.macro(".PP")
        page.text(command.summary.prefix(1).uppercased() + command.summary.dropFirst() + ".")
        page.paragraphs(command.description)
        page.options(command.flags)
    }

    private static func addTail(to page: inout Roff) {
        page.section("EXIT STATUS")
        page.text(
            """
            0 for success, 1 for an error, 3 for an unknown command. run without --detach exits with the status of the
            container's process, exec with that of its own, and with 128 and the signal's number where a signal ended
            it. exec exits with 255 where the process could not be run.
            """
        )
        page.section("FILES")
        page.entry("/run/runc-swift", "state of the containers, one folder each")
        page.entry("config.json", "in the bundle: what the container is")
        page.section("SEE ALSO")
        page.text("namespaces(7), cgroups(7), capabilities(7), seccomp(2)")
    }
}

/// Text in the language of man(7).
struct Roff {
    private(set) var source = ""

    mutating func macro(_ line: String) { source += line + "\n" }
    mutating func section(_ title: String) { macro(".SH \(title)") }
    mutating func subsection(_ title: String) { macro(".SS \(title)") }
    mutating func bold(_ word: String, _ rest: String) { macro("\\fB\(Roff.escaped(word))\\fR\(Roff.escaped(rest))") }

    mutating func text(_ text: String) {
        for line in text.split(separator: "\n") { macro(Roff.line(line)) }
    }

    /// Indented lines keep their shape.
    mutating func paragraphs(_ text: String) {
        var verbatim = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let indented = line.hasPrefix("    ")
            if indented != verbatim && !line.isEmpty {
                macro(indented ? ".nf" : ".fi")
                verbatim = indented
            }
            macro(line.isEmpty ? ".PP" : Roff.line(line))
        }
        if verbatim { macro(".fi") }
    }

    mutating func options(_ flags: [Flag]) {
        for flag in flags where !flag.hidden {
            let fallback = flag.fallback.map { " (default: \($0))" } ?? ""
            entry(flag.spellings.joined(separator: ", "), flag.help + fallback)
        }
    }

    mutating func entry(_ term: String, _ explanation: String) {
        macro(".TP")
        bold(term, "")
        text(explanation)
    }

    /// A dot or quote at the start of a line would be a request.
    private static func line(_ text: Substring) -> String {
        let line = escaped(String(text))
        return line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" + line : line
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            default: result.append(character)
            }
        }
        return result
    }
}
