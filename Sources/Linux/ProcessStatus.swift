/// Fields of /proc/PID/stat (proc_pid_stat(5)): what tells a process from a later one with its number, and how it is.
package struct ProcessStatus: Equatable, Sendable {
    /// `R`, `S`, … `Z` zombie, `X` dead.
    package let state: Character
    /// Clock ticks after boot.
    package let startTime: UInt64
    /// How a zombie ended: told to who may trace it, to others it is 0.
    package let exitStatus: WaitStatus?

    /// nil when there is no such process.
    package static func of(_ pid: Int32) throws(Errno) -> ProcessStatus? {
        let text: String
        do { text = try HostFile.readText("/proc/\(pid)/stat") } catch {
            if error == .noEntry || error == .noProcess { return nil }
            throw error
        }
        guard let status = ProcessStatus(stat: text) else { throw .invalid }
        return status
    }

    /// Parses one line of /proc/PID/stat. The name in parentheses may hold spaces and parentheses of its own.
    package init?(stat text: String) {
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        // Field 3 is the first one here, field 22 the start time, field 52 the exit status.
        guard fields.count > 19, let state = fields[0].first, let startTime = UInt64(fields[19]) else { return nil }
        self.state = state
        self.startTime = startTime
        exitStatus = fields.count > 49 ? Int32(fields[49]).map { WaitStatus(rawValue: $0) } : nil
    }

    /// False for a zombie: it has ended, and only its parent has not looked yet.
    package var isAlive: Bool { state != "Z" && state != "X" }
}
