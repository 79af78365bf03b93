internal import CommandLine
internal import OCI
internal import RuntimeCore

extension Command {
    static var run: Command {
        Command(
            name: "run",
            summary: "make a container and run its process",
            synopsis: "<container-id>",
            description: """
                Does "create" and "start" in one. Without --detach it waits, passes signals on, deletes the container at
                its end and exits with the status of its process, or with 128 and the number of the signal that ended it.
                """,
            flags: Flag.creation + [.detach, .keep, .noSubreaper],
            failure: "runc run failed"
        ) { (call) throws(RuntimeError) in
            var options = RunOptions(create: try CreateOptions(call))
            options.detach = call.values.isOn(.detach)
            options.keep = call.values.isOn(.keep)
            options.noSubreaper = call.values.isOn(.noSubreaper)
            return try call.runtime.run(options)
        }
    }
}
