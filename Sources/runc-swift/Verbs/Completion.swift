internal import OCI

extension Command {
    static let completion = Command(
        name: "completion",
        summary: "print a completion script for a shell",
        synopsis: "bash|zsh|fish",
        description: "For bash: source <(runc-swift completion bash)"
    ) { (call) throws(RuntimeError) in
        guard let shell = Shell(rawValue: call.operands.first ?? "") else {
            throw RuntimeError(.usage, "no completion for shell \"\(call.operands.first ?? "")\": bash, zsh or fish")
        }
        try Output.write(shell.script)
        return 0
    }

    static let man = Command(
        name: "man",
        summary: "print the manual page in roff",
        operands: .exactly(0),
        hidden: true
    ) { (_) throws(RuntimeError) in
        try Output.write(ManualPage.roff)
        return 0
    }
}
