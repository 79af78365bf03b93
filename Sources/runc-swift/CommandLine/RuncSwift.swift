internal import CommandLine

/// One verb of this program.
typealias Command = Subcommand<Call>

/// This program's pages. The second line of the help has to read "runc - Open Container Initiative runtime".
enum RuncSwift: Program {
    static let name = "runc-swift"
    static let title = "runc - Open Container Initiative runtime: runc-swift, a drop-in replacement"
    static let purpose = "Open Container Initiative runtime"
    static let introduction = """
        A container is made from a bundle: a folder with a root file system and a config.json that says what runs in it
        and how it is kept apart. Every call does one thing and ends; the state lives below the root folder.

            # runc-swift spec                       write a config.json to start from
            # runc-swift run [-b bundle] <id>       make a container and wait for its end
            # runc-swift create [-b bundle] <id>    or step by step: create, start, kill, delete
        """
    static let synopses = ["[global options] command [command options] [arguments...]"]
    static var flags: [Flag] { Flag.globals }
    static let flagsTitle = "GLOBAL OPTIONS"
    static var commands: [Command] { Verb.visible }
    static var listing: Listing? { Listing(passing: "root", arguments: "list -q") }

    static func command(_ name: String) -> Command? { Verb(rawValue: name)?.command }

    static func finish(_ page: inout Roff) {
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
