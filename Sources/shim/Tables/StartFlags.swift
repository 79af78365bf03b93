internal import CommandLine

/// The flags that start a shim.
extension Flag {
    static let bundle = Flag("bundle", placeholder: "DIR", fallback: ".", "folder of the bundle")
    static let id = Flag("id", placeholder: "ID", "name of the container; needed")
    static let startState = Flag(
        "state",
        placeholder: "DIR",
        "the shim's own folder, made with mode 0700 if it is not there; needed"
    )
    static let runtime = Flag(
        "runtime",
        placeholder: "PATH",
        fallback: "runc-swift",
        "the OCI runtime; a name without a slash is looked up in $PATH"
    )
    static let runtimeArgument = Flag(
        "runtime-arg",
        kind: .list,
        placeholder: "ARG",
        "argument of the runtime before its verb; repeatable"
    )
    static let createArgument = Flag(
        "create-arg",
        kind: .list,
        placeholder: "ARG",
        "argument of the runtime behind \"create\"; repeatable"
    )
    static let terminal = toggle("terminal", "the container has a terminal, as its config.json says")
    static let stdin = toggle("stdin", "keep standard input open for clients (default: /dev/null)")
    static let stdinOnce = toggle("stdin-once", "close standard input with the first client that was attached to it")
    static let log = Flag("log", placeholder: "FILE", "write the container's output to FILE")
    static let logDriver = Flag(
        "log-driver",
        placeholder: "json-file|none",
        "how it is written (default: json-file with --log, else none)"
    )
    static let logOption = Flag(
        "log-opt",
        kind: .list,
        placeholder: "KEY=VALUE",
        "max-size, max-file, compress, mode or max-buffer-size, as for Docker; repeatable"
    )
    static let startAtOnce = toggle("start", "start the container as soon as it is created")
    static let readyDescriptor = Flag(
        "ready-fd",
        kind: .integer,
        placeholder: "N",
        "descriptor that gets one line of JSON once the shim is ready or has failed"
    )
    static let cgroup = Flag(
        "cgroup",
        kind: .list,
        placeholder: "DIR",
        "cgroup folder that the shim itself enters first; repeatable"
    )
    static let oomScoreAdjustment = Flag(
        "oom-score-adj",
        kind: .integer,
        placeholder: "N",
        "the shim's own score, -1000 to 1000; the container keeps the caller's"
    )
    static let processName = Flag(
        "name",
        placeholder: "NAME",
        fallback: "shim",
        "the shim's name in ps, up to 15 bytes"
    )
    static let linger = Flag(
        "linger",
        kind: .duration,
        placeholder: "DURATION",
        fallback: "10s",
        "how long the shim waits after the exit for somebody to take the record"
    )
    static let noSync = toggle("no-fsync", "do not sync the exit record to disk: a power cut may lose it")
    static let keep = toggle("keep", "leave the runtime's \"delete\" to the caller")
    static let termKills = toggle("term-kills", "SIGTERM kills the container (default: it does nothing)")
    static let foreground = toggle("foreground", "stay where the shim was started, for service managers")

    static let starting = [
        bundle, id, startState, runtime, runtimeArgument, createArgument, terminal, stdin, stdinOnce, log, logDriver,
        logOption, startAtOnce, readyDescriptor, cgroup, oomScoreAdjustment, processName, linger, noSync, keep,
        termKills, foreground, help, version,
    ]
}
