internal import CommandLine
internal import OCI
internal import RuntimeCore

extension Command {
    static var delete: Command {
        Command(
            name: "delete",
            summary: "remove what a stopped container holds",
            synopsis: "<container-id>",
            description: """
                Its cgroup and state go, and the poststop hooks run. A running container is refused without --force; with
                it, a container that does not exist is no error.
                """,
            flags: [.force],
            completes: .listed
        ) { (call) throws(RuntimeError) in
            try call.runtime.delete(id: call.id, force: call.values.isOn(.force))
            return 0
        }
    }
}
