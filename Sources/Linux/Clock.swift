internal import CLinux

/// The kernel's clocks, in nanoseconds.
package enum Clock {
    /// `CLOCK_MONOTONIC`.
    package static func monotonic() -> UInt64 { clinux_monotonic_ns() }
    /// `CLOCK_REALTIME`: since 1970, UTC.
    package static func realtime() -> UInt64 { clinux_realtime_ns() }
    package static func sleep(nanoseconds: UInt64) { clinux_sleep_ns(nanoseconds) }
}
