internal import Linux
internal import OCI

/// Standard output; every text of a verb goes there in one piece.
enum Output {
    static func write(_ text: String) throws(RuntimeError) { try write(Array(text.utf8)) }

    static func write(_ bytes: [UInt8]) throws(RuntimeError) {
        try attempt("write standard output") { () throws(Errno) in
            try BorrowedDescriptor.standardOutput.writeAll(bytes)
        }
    }
}

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
        return try GlobalOptions.workingDirectory() + "/" + path
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
