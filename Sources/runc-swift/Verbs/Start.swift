internal import OCI
internal import RuntimeCore

extension Command {
    static let start = Command(
        name: "start",
        summary: "let the process of a created container go",
        synopsis: "<container-id>",
        description: "Returns when the process has been executed and the poststart hooks have run."
    ) { (call) throws(RuntimeError) in
        try call.runtime.start(id: call.id)
        return 0
    }
}
