internal import CommandLine
internal import OCI
internal import RuntimeCore

extension Command {
    static var features: Command {
        Command(
            name: "features",
            summary: "print what this runtime can do, as JSON",
            description: """
                The shape is that of features.md of the OCI runtime specification. It does not depend on the kernel.
                """,
            operands: .exactly(0)
        ) { (_) throws(RuntimeError) in
            try Output.write(Features.json(version: Build.version, commit: Build.commit) + [0x0a])
            return 0
        }
    }
}
