internal import OCI

extension Command {
    static let checkpoint = Command(
        name: "checkpoint",
        summary: "save a running container (not supported by this version)",
        synopsis: "<container-id>",
        description: "Known, so that its flags are; it always fails.",
        flags: Flag.checkpointing
    ) { (_) throws(RuntimeError) in
        throw .notYet("checkpoint")
    }

    static let restore = Command(
        name: "restore",
        summary: "restore a saved container (not supported by this version)",
        synopsis: "<container-id>",
        description: "Known, so that its flags are; it always fails.",
        flags: Flag.restoring
    ) { (_) throws(RuntimeError) in
        throw .notYet("restore")
    }
}
