internal import CommandLine
internal import OCI
internal import RuntimeCore

extension Command {
    static var exec: Command {
        Command(
            name: "exec",
            summary: "run another process in a container",
            synopsis: "<container-id> <command> [argument...]  |  -p process.json <container-id>",
            description: """
                The process takes its environment, user, capabilities and limits from the bundle's config.json as it is
                now, changed by the flags, or all of it from the file of --process. The first operand ends the flags of
                runc-swift. Exits with the status of the process; 255 says that it could not be run.
                """,
            operands: .atLeast(1),
            flags: Flag.execution,
            stopsAtFirstOperand: true,
            completes: .listed,
            failure: "exec failed",
            failureStatus: 255
        ) { (call) throws(RuntimeError) in
            try call.runtime.exec(ExecOptions(call))
        }
    }
}
