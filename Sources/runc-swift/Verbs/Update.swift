internal import CommandLine
internal import OCI
internal import RuntimeCore

extension Command {
    static var update: Command {
        Command(
            name: "update",
            summary: "change the resource limits of a container",
            synopsis: "<container-id>",
            description: """
                What is not given stays as it is. Sizes are bytes, or take K, M or G. Device rules are never changed.
                """,
            flags: Flag.limits,
            completes: .listed
        ) { (call) throws(RuntimeError) in
            try call.runtime.update(id: call.id, resources: try ResourceFlags(call).resources())
            return 0
        }
    }
}
