/// NAME(8), from the same tables as the parser.
package enum ManualPage<Described: Program> {
    package static var roff: String {
        var page = Roff()
        let name = Described.name
        page.macro(".TH \(name.uppercased()) 8 \"\" \"\(name) \(Build.version)\" \"System administration\"")
        page.section("NAME")
        page.text("\(name) - \(Described.purpose)")
        page.section("SYNOPSIS")
        for (index, synopsis) in Described.synopses.enumerated() {
            if index > 0 { page.macro(".PP") }
            page.bold(name, " " + synopsis)
        }
        page.section("DESCRIPTION")
        page.paragraphs(Described.introduction)
        page.section(Described.flagsTitle)
        page.options(Described.flags)
        page.section("COMMANDS")
        for command in Described.commands { describe(command, on: &page) }
        Described.finish(&page)
        return page.source
    }

    private static func describe(_ command: Subcommand<Described.Call>, on page: inout Roff) {
        page.subsection(command.name)
        let flags = command.takesOptions ? " [options]" : ""
        page.bold("\(Described.name) \(command.name)", "\(command.needs)\(flags) \(command.synopsis)")
        page.macro(".PP")
        page.text(command.summary.prefix(1).uppercased() + command.summary.dropFirst() + ".")
        page.paragraphs(command.description)
        page.options(command.flags)
    }
}
