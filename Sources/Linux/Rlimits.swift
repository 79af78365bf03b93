internal import CLinux

/// getrlimit(2).
package enum ResourceLimit {
    /// asm-generic/resource.h in its order: the index is the number.
    package static let names: [String] = [
        "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC",
        "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE",
        "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
    ]

    /// The number of `RLIMIT_NOFILE` and so on.
    package static func number(_ name: String) -> Int? { names.firstIndex(of: name) }

    /// prlimit(2); process 0 is the caller.
    package static func set(_ number: Int, soft: UInt64, hard: UInt64, of process: Int32 = 0) throws(Errno) {
        _ = try check { clinux_prlimit(process, CInt(number), soft, hard) }
    }

    package static func get(_ number: Int) throws(Errno) -> (soft: UInt64, hard: UInt64) {
        var soft: UInt64 = 0
        var hard: UInt64 = 0
        _ = try check { unsafe clinux_getrlimit(CInt(number), &soft, &hard) }
        return (soft, hard)
    }
}
