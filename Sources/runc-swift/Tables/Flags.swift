internal import CommandLine

/// Flags that several verbs share, or that a verb reads by name.
extension Flag {
    static let debug = toggle("debug", "write debug lines to the log")
    static let log = Flag("log", placeholder: "FILE", "append the log to FILE instead of standard error")
    static let logFormat = Flag(
        "log-format",
        placeholder: "text|json",
        fallback: "text",
        "shape of the lines of the log"
    )
    static let root = Flag(
        "root",
        placeholder: "DIR",
        fallback: "/run/runc-swift",
        "folder that holds the state of the containers; a tmpfs"
    )
    static let systemdCgroup = toggle(
        "systemd-cgroup",
        "let systemd make the cgroups (not supported by this version)"
    )
    static let rootless = Flag(
        "rootless",
        placeholder: "true|false|auto",
        fallback: "auto",
        "run without root (only false and auto are supported by this version)"
    )
    static let trace = Flag(
        "trace",
        placeholder: "FILE",
        "write where the time goes to FILE, in Chrome's trace format"
    )

    static let bundle = Flag(
        "bundle",
        short: "b",
        placeholder: "DIR",
        "folder of the bundle (default: the working directory)"
    )
    static let consoleSocket = Flag(
        "console-socket",
        placeholder: "FILE",
        "unix socket that takes the master of the terminal"
    )
    static let pidfdSocket = Flag(
        "pidfd-socket",
        placeholder: "FILE",
        "unix socket that takes a pidfd of the new process"
    )
    static let pidFile = Flag("pid-file", placeholder: "FILE", "write the process id to FILE")
    static let noPivot = toggle(
        "no-pivot",
        "enter the root by a moved mount and chroot, for a rootfs on a ramdisk; weaker"
    )
    static let noNewKeyring = toggle(
        "no-new-keyring",
        "keep the caller's session keyring instead of a new one"
    )
    static let preserveFDs = Flag(
        "preserve-fds",
        kind: .integer,
        placeholder: "N",
        fallback: "0",
        "pass N more descriptors, after the standard streams and $LISTEN_FDS"
    )
    static let detach = toggle("detach", short: "d", "return as soon as the process runs")
    static let keep = toggle("keep", "keep the state of the container after its end")
    static let noSubreaper = toggle("no-subreaper", "do not adopt orphaned processes of the container")

    static let force = toggle(
        "force",
        short: "f",
        "kill what still runs (SIGKILL), and do not mind a missing container"
    )
    static let all = toggle("all", short: "a", hidden: true, "(obsolete: a container that does not run is no error)")
    static let format = Flag(
        "format",
        short: "f",
        placeholder: "table|json",
        fallback: "table",
        "shape of the output"
    )
    static let quiet = toggle("quiet", short: "q", "print the ids only")
    static let interval = Flag(
        "interval",
        kind: .duration,
        placeholder: "duration",
        fallback: "5s",
        "time between two reports"
    )
    static let stats = toggle("stats", "print the statistics once and end")

    static let globals = [debug, log, logFormat, root, systemdCgroup, rootless, trace, help, version]
    static let creation = [bundle, consoleSocket, pidfdSocket, pidFile, noPivot, noNewKeyring, preserveFDs]
}
