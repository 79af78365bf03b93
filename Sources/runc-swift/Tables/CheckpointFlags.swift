internal import CommandLine

/// The flags of `checkpoint` and `restore`: known, so that their help can be read.
extension Flag {
    private static let imagePath = Flag(
        "image-path",
        placeholder: "DIR",
        fallback: "./checkpoint",
        "folder of the images"
    )
    private static let workPath = Flag("work-path", placeholder: "DIR", "folder of CRIU's log and work files")
    private static let tcpEstablished = toggle("tcp-established", "allow open TCP connections")
    private static let externalSockets = toggle("ext-unix-sk", "allow unix sockets whose other end is outside")
    private static let shellJob = toggle("shell-job", "allow a terminal of the outside")
    private static let lazyPages = toggle("lazy-pages", "load memory pages when they are touched (userfaultfd)")
    private static let fileLocks = toggle("file-locks", "carry file locks")
    private static let manageCgroups = Flag(
        "manage-cgroups-mode",
        placeholder: "soft|full|strict|ignore",
        fallback: "soft",
        "how cgroups are restored"
    )
    private static let emptyNamespace = Flag(
        "empty-ns",
        kind: .list,
        placeholder: "NAMESPACE",
        "make the namespace, but leave it empty; repeatable"
    )
    private static let autoDedup = toggle("auto-dedup", "drop pages that a later image holds")

    static let checkpointing = [
        imagePath, workPath,
        Flag("parent-path", placeholder: "DIR", "relative folder of the images of an earlier --pre-dump"),
        toggle("leave-running", "let the container go on"),
        tcpEstablished,
        toggle("tcp-skip-in-flight", "leave out connections that are being made"),
        toggle("link-remap", "restore unlinked files by a link"),
        externalSockets, shellJob, lazyPages,
        Flag(
            "status-fd",
            kind: .integer,
            placeholder: "N",
            fallback: "-1",
            "descriptor that gets a zero byte when the lazy pages can be asked for"
        ),
        Flag("page-server", placeholder: "ADDRESS:PORT", "send the pages there"),
        fileLocks,
        toggle("pre-dump", "save the memory only and let the container go on"),
        manageCgroups, emptyNamespace, autoDedup,
    ]
    static let restoring = [
        consoleSocket, imagePath, workPath, tcpEstablished, externalSockets, shellJob, fileLocks, manageCgroups, bundle,
        detach, pidFile, noSubreaper, noPivot, emptyNamespace, autoDedup, lazyPages,
        Flag("lsm-profile", placeholder: "TYPE:NAME", "LSM profile of the restored container"),
        Flag("lsm-mount-context", placeholder: "CONTEXT", "LSM context of its mounts"),
    ]
}
