internal import CommandLine
internal import OCI

/// `--format` of `list` and `ps`.
enum OutputFormat: String { case table, json }

extension Call {
    func outputFormat() throws(RuntimeError) -> OutputFormat {
        guard let format = OutputFormat(rawValue: values.text(.format) ?? "table") else {
            throw RuntimeError(.usage, "invalid format option")
        }
        return format
    }

    /// A path that stays right when the runtime changes folders. Its `..` are the kernel's to walk. An abstract socket
    /// (`@` in front) is none.
    func absolutePath(_ flag: Flag) throws(RuntimeError) -> String? {
        guard let path = values.text(flag) else { return nil }
        if path.hasPrefix("/") || path.hasPrefix("@") { return path }
        return try HostPath.workingDirectory() + "/" + path
    }

    /// A flag that counts.
    func count(_ flag: Flag) throws(RuntimeError) -> UInt32 {
        let number = values.integer(flag) ?? 0
        guard let count = UInt32(exactly: number) else {
            throw RuntimeError(.usage, "invalid value for \(flag.name): \(number)")
        }
        return count
    }
}
