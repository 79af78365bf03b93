internal import CommandLine
internal import OCI
internal import RuntimeCore

extension CreateOptions {
    init(_ call: Call) throws(RuntimeError) {
        self.init(id: call.id)
        bundle = try call.absolutePath(.bundle) ?? "."
        consoleSocket = try call.absolutePath(.consoleSocket)
        pidfdSocket = try call.absolutePath(.pidfdSocket)
        pidFile = try call.absolutePath(.pidFile)
        noPivot = call.values.isOn(.noPivot)
        noNewKeyring = call.values.isOn(.noNewKeyring)
        preserveFDs = try call.count(.preserveFDs)
    }
}
