internal import CLinux

/// The one interface that a new network namespace is born with.
package enum Loopback {
    /// Sets `lo` up, so that a container's programs reach each other by 127.0.0.1 and ::1.
    package static func raise() throws(Errno) { _ = try check { clinux_raise_loopback() } }
}
