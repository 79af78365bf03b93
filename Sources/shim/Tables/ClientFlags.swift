internal import CommandLine

/// The flags of the client verbs.
extension Flag {
    static let state = Flag("state", placeholder: "DIR", isNeeded: true, "the shim's folder; needed")
    static let exec = Flag("exec", placeholder: "EXEC", "an exec session instead of the container")
    static let json = toggle("json", "print the whole exit record")
    static let all = toggle("all", short: "a", "every process of the container")
    static let killing = toggle("kill", "kill a container that runs")

    static let noStdin = toggle("no-stdin", "do not pass on standard input")
    static let startAttached = toggle("start", "start the container once attached: nothing of its output is missed")
    static let detachKeys = Flag(
        "detach-keys",
        placeholder: "KEYS",
        fallback: "ctrl-p,ctrl-q at a terminal, else none",
        "keys that end the attachment and leave the container running"
    )
    static let mode = Flag(
        "mode",
        placeholder: "blocking|non-blocking",
        fallback: "blocking",
        "for output that is not taken here: the process waits, or it is dropped and counted"
    )

    static let signal = Flag("signal", short: "s", placeholder: "SIGNAL", "the signal, as the operand names it")

    static let execID = Flag("id", placeholder: "EXEC", "name of the new session (default: one that is made up)")
    static let tty = toggle("tty", short: "t", "give the process a terminal")
    static let interactive = toggle("stdin", short: "i", "pass on standard input")
    static let detach = toggle("detach", short: "d", "print the session's name as soon as the process runs")
    static let cwd = Flag("cwd", placeholder: "PATH", "working directory in the container")
    static let env = Flag(
        "env",
        short: "e",
        kind: .list,
        placeholder: "NAME=VALUE",
        "set an environment variable; repeatable"
    )
    static let user = Flag("user", short: "u", placeholder: "UID[:GID]", "run as this user and group, by number")
    static let process = Flag("process", short: "p", placeholder: "FILE", "take the whole process from a JSON file")

    static let logState = Flag("state", placeholder: "DIR", "the shim's folder; needed without --log")
    static let logFile = Flag("log", placeholder: "FILE", "the log (default: as the folder's shim.json says)")
    static let tail = Flag("tail", short: "n", placeholder: "N|all", fallback: "all", "only the last N records")
    static let since = Flag("since", placeholder: "TIME", "from TIME on")
    static let until = Flag("until", placeholder: "TIME", "up to TIME")
    static let follow = toggle("follow", short: "f", "go on with what comes, until the shim has left")
    static let timestamps = toggle("timestamps", short: "t", "put the time before each line")

    static let execution = [state, execID, tty, interactive, detach, cwd, env, user, process, detachKeys, mode]
    static let reading = [logState, logFile, tail, since, until, follow, timestamps]
}
