internal import CommandLine
internal import Linux
internal import OCI
internal import RuntimeCore

extension Command {
    static var spec: Command {
        Command(
            name: "spec",
            summary: "write a config.json to start from",
            description: """
                The new file describes a shell in a terminal with new namespaces, few capabilities and a read-only root in
                the folder rootfs. Change process.args to run something else. A config.json that is there is not touched.
                """,
            operands: .exactly(0),
            flags: [.bundle, toggleRootless]
        ) { (call) throws(RuntimeError) in
            if call.values.isOn(toggleRootless) { throw .notYet("spec --rootless") }
            let folder = try attempt(call.values.text(.bundle) ?? ".") { () throws(Errno) in
                try BorrowedDescriptor.currentDirectory.open(call.values.text(.bundle) ?? ".", [.path, .directory])
            }
            try write(in: folder.borrowed)
            return 0
        }
    }

    private static let toggleRootless = Flag.toggle(
        "rootless",
        "for a container without root (not supported by this version)"
    )

    /// O_EXCL is the check: a file that appears meanwhile is not touched either.
    private static func write(in folder: BorrowedDescriptor) throws(RuntimeError) {
        do {
            let file = try folder.open("config.json", [.write, .create, .exclusive], mode: 0o666)
            try file.writeAll(Array(DefaultSpec.json.utf8))
        } catch Errno.exists {
            throw RuntimeError(.exists, "File config.json exists. Remove it first")
        } catch {
            throw RuntimeError(.kernel, "write config.json", errno: error)
        }
    }
}
