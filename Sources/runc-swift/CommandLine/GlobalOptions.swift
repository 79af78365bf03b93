internal import CommandLine
internal import Linux
internal import OCI

/// What stands before the verb.
struct GlobalOptions: Equatable, Sendable {
    /// Absolute, without `.` and `..`.
    var root: String
    /// False where it is the default, which need not exist.
    var isRootGiven: Bool
    var debug: Bool
    var logFile: String?
    var logFormat: Log.Format
    /// Where `--trace` writes.
    var trace: String?

    /// - Throws: `.usage` for a value that is none, `.unsupported` for what a later version does.
    init(_ values: Values) throws(RuntimeError) {
        isRootGiven = values.has(.root)
        root = isRootGiven ? try HostPath.absolute(values.list(.root).last ?? "") : Self.defaultRoot()
        if root == "/" { throw RuntimeError(.usage, "Option --root argument should not be set to /") }
        debug = values.isOn(.debug)
        logFile = values.text(.log)
        trace = values.text(.trace)
        let format = values.text(.logFormat) ?? "text"
        guard let known = Log.Format(rawValue: format) else {
            throw RuntimeError(.usage, "invalid log-format: \(format)")
        }
        logFormat = known
        try Self.refuse(values)
    }

    private static func refuse(_ values: Values) throws(RuntimeError) {
        if values.isOn(.systemdCgroup) { throw .notYet("--systemd-cgroup") }
        guard let rootless = values.text(.rootless), rootless.lowercased() != "auto" else { return }
        guard let on = Values.boolean(rootless) else {
            throw RuntimeError(.usage, "invalid rootless: \(rootless)")
        }
        if on { throw .notYet("--rootless") }
    }

    /// /run/runc-swift, or below `$XDG_RUNTIME_DIR` for another user than root.
    private static func defaultRoot() -> String {
        if ThisProcess.effectiveUser != 0, let folder = HostEnvironment.value("XDG_RUNTIME_DIR"), !folder.isEmpty {
            return folder + "/runc-swift"
        }
        return "/run/runc-swift"
    }
}

extension RuntimeError {
    /// The answer to a known flag or verb that waits for a later version (spec/unsupported.md).
    static func notYet(_ what: String) -> RuntimeError {
        RuntimeError(.unsupported, "\(what) is not supported by this version")
    }
}
