internal import CommandLine
internal import Linux
internal import OCI
internal import RuntimeCore

extension Command {
    static var ps: Command {
        Command(
            name: "ps",
            summary: "list the processes of a container",
            synopsis: "<container-id> [ps option...]",
            description: """
                Runs ps(1) of the host with the given options, -ef where there are none, and keeps the lines whose PID is in
                the container. As JSON it prints the numbers alone. Flags of runc-swift end at the id.
                """,
            operands: .atLeast(1),
            flags: [.format],
            stopsAtFirstOperand: true,
            completes: .listed
        ) { (call) throws(RuntimeError) in
            let pids = try call.runtime.processes(id: call.id)
            switch try call.outputFormat() {
            case .json: try Output.write("[" + pids.map(String.init).joined(separator: ",") + "]\n")
            case .table:
                let options = Array(call.operands.dropFirst())
                let output = try runPs(options.isEmpty ? ["-ef"] : options)
                try Output.write(try ProcessTable.filter(output, keeping: pids))
            }
            return 0
        }
    }

    /// What ps wrote, errors too.
    private static func runPs(_ options: [String]) throws(RuntimeError) -> String {
        guard let path = HostProgram.find("ps") else {
            throw RuntimeError(.notFound, "exec: \"ps\": executable file not found in $PATH")
        }
        let ps = Linux.Command(path, arguments: ["ps"] + options, environment: ThisProcess.environment)
        let result = try attempt("run ps") { () throws(Errno) in try ps.run(limit: 16 << 20) }
        let text = String(decoding: result.output + result.error, as: UTF8.self)
        if result.status != .exited(0) { throw RuntimeError(.usage, "exit status \(result.status.shellCode): \(text)") }
        return text
    }
}
