internal import CommandLine
internal import OCI

extension Command {
    static var checkpoint: Command {
        Command(
            name: "checkpoint",
            summary: "save a running container (not supported by this version)",
            synopsis: "<container-id>",
            description: "Known, so that its flags are; it always fails.",
            flags: Flag.checkpointing,
            completes: .listed
        ) { (_) throws(RuntimeError) in
            throw .notYet("checkpoint")
        }
    }

    static var restore: Command {
        Command(
            name: "restore",
            summary: "restore a saved container (not supported by this version)",
            synopsis: "<container-id>",
            description: "Known, so that its flags are; it always fails.",
            flags: Flag.restoring,
            completes: .listed
        ) { (_) throws(RuntimeError) in
            throw .notYet("restore")
        }
    }
}
