internal import CommandLine
internal import OCI
internal import RuntimeCore

extension Command {
    static var start: Command {
        Command(
            name: "start",
            summary: "let the process of a created container go",
            synopsis: "<container-id>",
            description: "Returns when the process has been executed and the poststart hooks have run.",
            completes: .listed
        ) { (call) throws(RuntimeError) in
            try call.runtime.start(id: call.id)
            return 0
        }
    }
}
