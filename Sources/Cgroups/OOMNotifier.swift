package import Linux
package import OCI

/// Tells when the kernel has killed for want of memory in a cgroup, and when the cgroup's last process or the cgroup
/// itself is gone. Wait until `descriptor` can be read, then call `drain`.
package struct OOMNotifier: ~Copyable {
    /// v1: an eventfd that memory.oom_control counts up; v2: inotify on memory.events and cgroup.events.
    private let source: FileDescriptor
    private let cgroup: Cgroup
    private var lastCount: UInt64

    /// To poll for reading.
    package var descriptor: BorrowedDescriptor { source.borrowed }

    fileprivate init(_ source: consuming FileDescriptor, _ cgroup: Cgroup, count: UInt64) {
        self.source = source
        self.cgroup = cgroup
        lastCount = count
    }

    /// What has happened since the last call: kills, and whether there is nothing more to come. Never waits.
    package mutating func drain() throws(RuntimeError) -> (oomKills: Int, gone: Bool) {
        guard let path = cgroup.unifiedPath else {
            let count = try attempt("read eventfd") { () throws(Errno) in try source.takeCount() }
            // The end of the cgroup counts as an event too.
            let gone = !HostFile.exists("\(cgroup.paths["memory"] ?? "")/cgroup.event_control")
            return (gone ? 0 : Int(clamping: count), gone)
        }
        try attempt("read inotify") { () throws(Errno) in try source.dropEvents() }
        let count = try cgroup.oomKillCount()
        let kills = count > lastCount ? count - lastCount : 0
        lastCount = max(count, lastCount)
        let events = try StatFile.pairs("\(path)/cgroup.events")
        return (Int(clamping: kills), (events?["populated"] ?? 0) == 0)
    }
}

extension Cgroup {
    package func oomNotifier() throws(RuntimeError) -> OOMNotifier {
        if let path = unifiedPath { return try v2Notifier(path) }
        guard let path = paths["memory"] else { throw RuntimeError(.kernel, "memory controller missing") }
        let counter = try attempt("eventfd") { () throws(Errno) in try EventCounter.make() }
        let control = try CgroupFile.open("\(path)/memory.oom_control", .read)
        try CgroupFile.write("\(path)/cgroup.event_control", "\(counter.rawValue) \(control.rawValue)")
        return OOMNotifier(counter, self, count: 0)
    }

    private func v2Notifier(_ path: String) throws(RuntimeError) -> OOMNotifier {
        let watcher = try attempt("inotify_init") { () throws(Errno) in try FileWatcher.make() }
        try attempt("watch \(path)/cgroup.events") { () throws(Errno) in try watcher.watch("\(path)/cgroup.events") }
        do { try watcher.watch("\(path)/memory.events") } catch {
            // Without the memory controller nothing is ever killed on behalf of this cgroup.
            if error != .noEntry { throw RuntimeError(.kernel, "watch \(path)/memory.events", errno: error) }
        }
        return OOMNotifier(watcher, self, count: try oomKillCount())
    }
}
