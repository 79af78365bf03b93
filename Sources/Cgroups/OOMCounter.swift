package import Linux
package import OCI

/// The kernel's count of processes that it killed in a cgroup for want of memory, held open: whoever reads it last does so
/// just before the cgroup goes.
package struct OOMCounter: ~Copyable {
    /// memory.events (v2) or memory.oom_control (v1).
    private let file: FileDescriptor
    /// What had been counted before this cgroup was of interest.
    private let before: UInt64

    private init(_ file: consuming FileDescriptor, before: UInt64) {
        self.file = file
        self.before = before
    }

    static func open(_ path: String) throws(Errno) -> OOMCounter {
        let file = try BorrowedDescriptor.currentDirectory.open(path, .read)
        let before = try count(in: file)
        return OOMCounter(file, before: before)
    }

    /// Kills since it was opened.
    package func kills() throws(Errno) -> UInt64 {
        let count = try OOMCounter.count(in: file)
        return count > before ? count - before : 0
    }

    private static func count(in file: borrowing FileDescriptor) throws(Errno) -> UInt64 {
        let text = String(decoding: try file.readAgain(upTo: 4096), as: UTF8.self)
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 2, words[0] == "oom_kill", let count = UInt64(words[1]) { return count }
        }
        return 0
    }
}

extension Cgroup {
    /// nil where the kernel does not count: without the memory controller.
    package func openOOMCounter() throws(RuntimeError) -> OOMCounter? {
        let path: String
        if let unified = unifiedPath {
            path = "\(unified)/memory.events"
        } else {
            guard let folder = paths["memory"] else { return nil }
            path = "\(folder)/memory.oom_control"
        }
        guard HostFile.exists(path) else { return nil }
        return try attempt("read \(path)") { () throws(Errno) in try OOMCounter.open(path) }
    }

    /// Where a process is, in every hierarchy of this host.
    package static func holding(process pid: Int32) throws(RuntimeError) -> Cgroup {
        let host = try CgroupHost.detect(root: "/sys/fs/cgroup", proc: "/proc", process: String(pid))
        return host.hierarchy == .unified ? try ofProcess(pid, on: host) : host.ownCgroup()
    }
}
