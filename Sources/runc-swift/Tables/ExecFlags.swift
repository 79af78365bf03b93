internal import CommandLine

/// The flags of `exec` alone.
extension Flag {
    static let cwd = Flag("cwd", placeholder: "PATH", "working directory in the container")
    static let env = Flag(
        "env",
        short: "e",
        kind: .list,
        placeholder: "NAME=VALUE",
        "set an environment variable; repeatable"
    )
    static let tty = toggle("tty", short: "t", "give the process a terminal")
    static let user = Flag("user", short: "u", placeholder: "UID[:GID]", "run as this user and group, by number")
    static let additionalGids = Flag(
        "additional-gids",
        short: "g",
        kind: .integers,
        placeholder: "GID",
        "add a group; repeatable"
    )
    static let process = Flag("process", short: "p", placeholder: "FILE", "take the whole process from a JSON file")
    static let processLabel = Flag(
        "process-label",
        placeholder: "LABEL",
        "SELinux label (not supported by this version)"
    )
    static let apparmor = Flag("apparmor", placeholder: "PROFILE", "AppArmor profile (not supported by this version)")
    static let noNewPrivs = toggle("no-new-privs", "set the no_new_privs bit, or with =false leave it")
    static let cap = Flag("cap", short: "c", kind: .list, placeholder: "CAP", "add a capability; repeatable")
    static let cgroup = Flag(
        "cgroup",
        kind: .list,
        placeholder: "[CONTROLLER:]PATH",
        "run in an existing cgroup below the container's; repeatable"
    )
    static let ignorePaused = toggle("ignore-paused", "do not refuse a paused container: wait for its resume")

    static let execution = [
        consoleSocket, pidfdSocket, cwd, env, tty, user, additionalGids, process, detach, pidFile, processLabel,
        apparmor, noNewPrivs, cap, preserveFDs, cgroup, ignorePaused,
    ]
}
