internal import CommandLine
internal import OCI
internal import RuntimeCore

extension Command {
    static var kill: Command {
        Command(
            name: "kill",
            summary: "send a signal to the first process of a container",
            synopsis: "<container-id> [signal]",
            description: """
                The signal is a name, with or without SIG and in any case, or a number; SIGTERM where none is given.
                SIGKILL goes to every process where the container has no pid namespace of its own.
                """,
            operands: .between(1, 2),
            flags: [.all],
            stopsAtFirstOperand: true,
            completes: .listed
        ) { (call) throws(RuntimeError) in
            let name = call.operands.dropFirst().first.flatMap { $0.isEmpty ? nil : $0 } ?? "SIGTERM"
            guard let signal = SignalName.number(name) else {
                throw RuntimeError(.usage, "unknown signal \"\(name)\"")
            }
            try call.runtime.kill(id: call.id, signal: signal, all: call.values.isOn(.all))
            return 0
        }
    }
}
