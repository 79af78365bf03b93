internal import CommandLine
internal import OCI
internal import RuntimeCore

extension Command {
    static var create: Command {
        Command(
            name: "create",
            summary: "make a container, and leave its process waiting for start",
            synopsis: "<container-id>",
            description: """
                The bundle's config.json says what the container is made of. Namespaces, cgroup, mounts and root are set up
                and the process is ready to be executed; "start" lets it go. The id must not be in use.
                """,
            flags: Flag.creation,
            failure: "runc create failed"
        ) { (call) throws(RuntimeError) in
            try call.runtime.create(CreateOptions(call))
            return 0
        }
    }
}
