internal import CommandLine
internal import JSON
internal import Linux
internal import OCI
internal import ShimProtocol

extension Command {
    static var state: Command {
        Command(
            name: "state",
            summary: "print what the shim knows, as JSON",
            description: "Phase, pids, times, attached clients, the log's and the drops' counters, exec sessions.",
            operands: .exactly(0),
            flags: [.state, .exec]
        ) { (call) throws(RuntimeError) in
            try call.show(.state(try call.session()))
            return 0
        }
    }

    static var stats: Command {
        Command(
            name: "stats",
            summary: "print the container's use of resources, as JSON",
            description: "The data object of runc's events --stats.",
            operands: .exactly(0),
            flags: [.state]
        ) { (call) throws(RuntimeError) in
            try call.show(.stats)
            return 0
        }
    }

    static var update: Command {
        Command(
            name: "update",
            summary: "change the container's resource limits",
            synopsis: "<file>|-",
            description: """
                The file, or standard input for -, holds linux.resources of config.json as JSON. What is not in it stays as
                it is.
                """,
            flags: [.state]
        ) { (call) throws(RuntimeError) in
            let path = call.operands.first ?? "-"
            let bytes = try attempt("read \(path)") { () throws(Errno) in
                try path == "-" ? BorrowedDescriptor.standardInput.readAll(limit: 1 << 20) : HostFile.read(path)
            }
            let resources = try during(path) { () throws(RuntimeError) in
                try parseJSON(bytes) { (json) throws(JSONError) in try json.raw() }
            }
            _ = try call.ask(.update(resources))
            return 0
        }
    }
}
