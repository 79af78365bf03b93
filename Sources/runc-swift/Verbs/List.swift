internal import CommandLine
internal import Linux
internal import OCI
internal import RuntimeCore

extension Command {
    static var list: Command {
        Command(
            name: "list",
            summary: "list the containers below the root folder",
            description: "The folder is that of the global flag --root.",
            operands: .exactly(0),
            flags: [.format, .quiet]
        ) { (call) throws(RuntimeError) in
            let reports = try call.hasRoot() ? call.owned(call.runtime.list()) : []
            if call.values.isOn(.quiet) {
                try Output.write(reports.map { $0.id + "\n" }.joined())
            } else {
                try Output.write(ListPage.text(of: reports, format: try call.outputFormat()))
            }
            return 0
        }
    }
}

extension Call {
    /// False where the default root is missing: no container has been made yet. A given root has to exist.
    fileprivate func hasRoot() throws(RuntimeError) -> Bool {
        if global.isRootGiven { return true }
        return HostFile.exists(global.root)
    }

    /// With the owners of the state folders. A folder that has just gone has none.
    fileprivate func owned(_ reports: [StateReport]) -> [StateReport] {
        reports.map { (report) in
            var report = report
            do throws(Errno) {
                let folder = try BorrowedDescriptor.currentDirectory.status(of: "\(global.root)/\(report.id)")
                report.owner = HostUsers.name(of: folder.user)
            } catch { return report }
            return report
        }
    }
}
