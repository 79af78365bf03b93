internal import CommandLine
internal import Linux
internal import OCI
internal import ShimProtocol

extension Command {
    static var wait: Command {
        Command(
            name: "wait",
            summary: "wait for the end and print the exit code",
            description: """
                Prints the container's exit code, or 128 and the number of the signal that ended it. The record stays. A
                status that nobody knows is an error. Works also when the shim has left.
                """,
            operands: .exactly(0),
            flags: [.state, .exec, .json]
        ) { (call) throws(RuntimeError) in
            let record = try RecordSource(path: try call.state(), session: try call.session()).wait()
            if call.values.isOn(.json) {
                try Output.write(record.encode() + [0x0a])
                return 0
            }
            guard let status = record.status else {
                throw RuntimeError(.notFound, record.error ?? "nobody knows how it ended")
            }
            try Output.write("\(status.shellCode)\n")
            return 0
        }
    }

    static var take: Command {
        Command(
            name: "take",
            summary: "wait for the end, print the exit record and let the shim leave",
            description: """
                Prints the record as one line of JSON. Afterwards the shim leaves and its folder is empty. Works also when
                the shim has left.
                """,
            operands: .exactly(0),
            flags: [.state]
        ) { (call) throws(RuntimeError) in
            try RecordSource(path: try call.state(), session: nil).take { (record) throws(RuntimeError) in
                try Output.write(record.encode() + [0x0a])
            }
            return 0
        }
    }

    static var recover: Command {
        Command(
            name: "recover",
            summary: "find out how a container ended whose shim was killed",
            description: """
                Waits for the container's end where it lives, removes it from the runtime, leaves an exit record as the shim
                would have done, and prints it. The record has no status where nobody knows it.
                """,
            operands: .exactly(0),
            flags: [.state, .killing]
        ) { (call) throws(RuntimeError) in
            let kills = call.values.isOn(.killing)
            let record = try Recovery.run(try call.state(), kills: kills, environment: ThisProcess.environment)
            try Output.write(record.encode() + [0x0a])
            return 0
        }
    }
}
