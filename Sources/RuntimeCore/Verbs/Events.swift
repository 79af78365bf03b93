package import Cgroups
internal import Linux
package import OCI

/// What `events` tells of a container.
package enum ContainerEvent: Equatable, Sendable {
    case stats(CgroupStats)
    /// The kernel has killed a process for want of memory.
    case oom
}

extension Runtime {
    /// Emits statistics every `interval` nanoseconds and each kill for want of memory, until the container's cgroup is
    /// left or removed; or, with `statsOnly`, statistics once.
    package func events(
        id: String,
        interval: UInt64,
        statsOnly: Bool,
        emit: (ContainerEvent) throws(RuntimeError) -> Void
    ) throws(RuntimeError) {
        let container = try Container(id, in: store)
        if try container.status() == .stopped {
            throw RuntimeError(.wrongState, "container with id \(id) is not running")
        }
        let cgroup = container.cgroup
        if statsOnly { return try emit(.stats(cgroup.stats())) }
        var notifier = try cgroup.oomNotifier()
        var next = Clock.monotonic() &+ interval
        while true {
            if try attempt("poll", { () throws(Errno) in try Runtime.wait(for: notifier.descriptor, until: next) }) {
                let (kills, gone) = try notifier.drain()
                for _ in 0..<kills { try emit(.oom) }
                if gone { return }
            } else {
                try reportStats(of: cgroup, to: emit)
                next = max(next &+ interval, Clock.monotonic())
            }
        }
    }

    /// Statistics that cannot be read are an error in the log, and the next ones may do: the cgroup may be on its way
    /// out.
    private func reportStats(
        of cgroup: Cgroup,
        to emit: (ContainerEvent) throws(RuntimeError) -> Void
    ) throws(RuntimeError) {
        let stats: CgroupStats
        do throws(RuntimeError) { stats = try cgroup.stats() } catch { return log.error(error.description) }
        try emit(.stats(stats))
    }

    /// False when the moment (CLOCK_MONOTONIC, nanoseconds) has come first.
    private static func wait(for descriptor: BorrowedDescriptor, until moment: UInt64) throws(Errno) -> Bool {
        let now = Clock.monotonic()
        let rest = moment > now ? (moment - now + 999_999) / 1_000_000 : 0
        var entries = [PollEntry(descriptor, .input)]
        return try PollEntry.wait(&entries, milliseconds: Int32(clamping: rest)) > 0
    }
}
