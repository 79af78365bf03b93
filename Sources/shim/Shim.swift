internal import CommandLine

/// This program's pages.
enum Shim: Program {
    static let name = "shim"
    static let title = "shim - the process that stays with a container: its streams, its log, its exit record"
    static let purpose = "the process that stays with a container: its streams, its log, its exit record"
    static let introduction = """
        Without a verb it makes a container from a bundle by an OCI runtime, and stays as its parent: it holds the streams,
        writes the log, and writes an exit record before anyone is told of the exit. The command returns once the container
        is created (with --start: started). Whoever called it may come and go. The verbs speak to a shim by its folder;
        wait, take, logs and recover also work when it has left.

            # shim --bundle b --id web --state /run/web --log /var/log/web.json --start
            # shim attach --state /run/web          its streams, until ctrl-p,ctrl-q or the exit
            # shim exec --state /run/web -it sh     another process beside it
            # shim take --state /run/web            wait for the exit, print the record and let the shim go
        """
    static let synopses = [
        "--id ID --state DIR [options]",
        "command --state DIR [command options] [arguments...]",
    ]
    static var flags: [Flag] { Flag.starting }
    static let flagsTitle = "OPTIONS OF A NEW SHIM"
    static var commands: [Command] { Verb.visible }
    static var joinsShortFlags: Bool { true }
    static var listing: Listing? { nil }

    static func command(_ name: String) -> Command? { Verb(rawValue: name)?.command }

    static var versionText: String { "\(name) version \(Build.version)\ncommit: \(Build.commit)\n" }

    static func finish(_ page: inout Roff) {
        page.section("EXIT STATUS")
        page.text(
            """
            0 for success, 1 for an error and for a wrong command line. attach and exec exit with the status of the
            process, with 128 and the signal's number where a signal ended it, with 0 when the detach keys were typed, and
            with 255 where they fail themselves or where nobody knows how the process ended. exec exits with 127 where the
            program is not there and with 126 where it can't be executed. A signal that ends attach or exec (SIGHUP, SIGINT,
            SIGQUIT, SIGTERM; SIGPIPE where nobody reads the output) leaves the process running and exits with 128 and its
            number.
            """
        )
        describeAnswers(on: &page)
        page.section("SIGNALS")
        page.text(
            """
            A shim does not end for SIGTERM while it has a container; with --term-kills it kills the container first. On
            SIGHUP it opens its log again.
            """
        )
        describeFiles(on: &page)
    }

    private static func describeAnswers(on page: inout Roff) {
        page.section("READINESS")
        page.text(
            """
            The descriptor of --ready-fd gets one line of JSON and is closed. ok says whether the container is created. If it
            is, shimPid and pid are the processes, and socket is the control socket. If it is not, error says why, and
            runtimeLog holds the lines of the runtime's log.
            """
        )
        page.section("EXIT RECORD")
        page.text("One JSON object. What is not known is absent.")
        page.entry("id, exec", "the container, and the exec session if it is one's record")
        page.entry("phase", "what the container was: creating, created, starting or running")
        page.entry("pid", "its process")
        page.entry("status, exitCode, signal, coreDumped", "how it ended: wait(2)'s number, and what that says")
        page.entry("oomKilled", "the kernel killed a process of the container for want of memory")
        page.entry("created, started, finished", "when, in RFC 3339 with nanoseconds")
        page.entry("error", "what went wrong beside it")
        page.entry("lost", "bytes of output that the log does not have")
    }

    private static func describeFiles(on page: inout Roff) {
        page.section("FILES")
        page.entry("DIR/shim.json", "what the shim does: ids, pids, phase, the path of the log")
        page.entry("DIR/lock", "locked as long as the shim lives")
        page.entry("DIR/socket", "the control socket")
        page.entry("DIR/exit.json", "the exit record, until it is taken")
        page.entry("DIR/execs/EXEC.json", "the record of an exec session")
        page.entry("DIR/runtime.log", "the log of the last call of the runtime that failed")
        page.section("SEE ALSO")
        page.text("runc-swift(8), flock(2), pty(7), cgroups(7)")
    }
}
