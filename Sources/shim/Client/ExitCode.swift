internal import Linux
internal import OCI
internal import ShimProtocol

/// What `attach` and `exec` return, and what is said beside it.
enum ExitCode {
    /// Where nobody knows how the process ended.
    static let unknown: Int32 = 255

    static func of(_ end: Streams.End) -> Int32 {
        switch end {
        case .detached: return 0
        case .signal(let signal): return 128 + signal.number
        case .exit(let record):
            if let error = record.error { Complaint.write(error) }
            return record.shellCode
        }
    }
}
