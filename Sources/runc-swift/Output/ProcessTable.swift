internal import OCI

/// What ps(1) wrote.
enum ProcessTable {
    /// Its header, and the lines whose PID column holds one of `pids`.
    ///
    /// - Throws: `.usage` where the options of ps leave no PID column.
    static func filter(_ output: String, keeping pids: [Int32]) throws(RuntimeError) -> String {
        let lines = output.split(separator: "\n")
        let header = lines.first ?? ""
        guard let column = fields(header).firstIndex(of: "PID") else {
            throw RuntimeError(.usage, "couldn't find PID field in ps output")
        }
        var result = header + "\n"
        for line in lines.dropFirst() {
            let fields = fields(line)
            guard column < fields.count, let pid = Int32(fields[column]) else {
                throw RuntimeError(.usage, "unable to parse pid in \"\(line)\"")
            }
            if pids.contains(pid) { result += line + "\n" }
        }
        return String(result)
    }

    private static func fields(_ line: Substring) -> [Substring] {
        line.split { $0 == " " || $0 == "\t" }
    }
}
