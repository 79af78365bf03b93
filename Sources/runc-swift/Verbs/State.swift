internal import CommandLine
internal import OCI
internal import RuntimeCore

extension Command {
    static var state: Command {
        Command(
            name: "state",
            summary: "print the state of a container as JSON",
            synopsis: "<container-id>",
            description: """
                The status is created, running, paused or stopped. pid is the process's number on the host, and 0 once it
                has ended.
                """,
            completes: .listed
        ) { (call) throws(RuntimeError) in
            try Output.write(try call.runtime.state(id: call.id).json(indent: 2))
            return 0
        }
    }
}
