internal import CLinux

/// `inotify(7)`: tells that watched files changed.
package enum FileWatcher {
    /// Non-blocking.
    package static func make() throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check { clinux_inotify() })
    }
}

extension Descriptor where Self: ~Copyable {
    /// Makes this inotify descriptor watch a file for `IN_MODIFY`: what the kernel sends when the content of a
    /// cgroup's event file changes.
    package borrowing func watch(_ path: String) throws(Errno) {
        _ = try check { unsafe clinux_inotify_add(rawValue, path, 0x2) }
    }

    /// Takes what this inotify descriptor has to report, without waiting.
    package borrowing func dropEvents() throws(Errno) {
        do { while try !read(upTo: 4096).isEmpty {} } catch {
            if error != .again { throw error }
        }
    }
}

/// `eventfd(2)`.
package enum EventCounter {
    package static func make() throws(Errno) -> FileDescriptor {
        FileDescriptor(owning: try check { clinux_eventfd() })
    }
}

extension Descriptor where Self: ~Copyable {
    /// Takes the count of an eventfd, 0 when there is none; never waits.
    package borrowing func takeCount() throws(Errno) -> UInt64 {
        guard try waitFor(events: 0x1, milliseconds: 0) else { return 0 }
        return try read(upTo: 8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Waits until a file of sysfs or cgroupfs reports a new content (`POLLPRI`), after it has been read.
    /// False at the time limit.
    package borrowing func waitForNewContent(milliseconds: Int32) throws(Errno) -> Bool {
        try waitFor(events: 0x2, milliseconds: milliseconds)
    }

    private borrowing func waitFor(events: Int16, milliseconds: Int32) throws(Errno) -> Bool {
        var entry = clinux_poll(descriptor: rawValue, events: events, returned: 0)
        return try check { unsafe clinux_poll(&entry, 1, milliseconds) } > 0
    }

    /// Reads a file of sysfs or cgroupfs from its beginning again.
    package borrowing func readAgain(upTo count: Int) throws(Errno) -> [UInt8] {
        _ = try checkSize { clinux_lseek(rawValue, 0, 0) }
        return try read(upTo: count)
    }
}

/// `kill(2)`.
package func sendSignal(_ signal: Int32, to pid: Int32) throws(Errno) {
    _ = try check { clinux_kill(pid, signal) }
}
