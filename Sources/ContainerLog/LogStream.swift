package import OCI

/// Which of a container's streams a record comes from.
package enum LogStream: UInt8, CaseIterable, Sendable {
    case stdout = 1
    case stderr = 2

    /// As in the record.
    package var name: StaticString { self == .stdout ? "stdout" : "stderr" }
}

/// One record of the log, decoded.
package struct LogRecord: Equatable, Sendable {
    package var stream: LogStream
    package var time: Timestamp
    /// What the container wrote, the newline included; a piece of a longer line has none.
    package var bytes: [UInt8]

    package init(stream: LogStream = .stdout, time: Timestamp = Timestamp(nanoseconds: 0), bytes: [UInt8] = []) {
        self.stream = stream
        self.time = time
        self.bytes = bytes
    }
}

/// What a writer has done and what it has not.
package struct LogCounters: Equatable, Sendable {
    /// Records in the file.
    package var records: UInt64 = 0
    /// Bytes written to the file.
    package var bytes: UInt64 = 0
    /// Records that are not in the log: no space, an error, or no room in the pipe (`non-blocking`).
    package var lostRecords: UInt64 = 0
    /// The container's bytes in them.
    package var lostBytes: UInt64 = 0
    package var rotations: UInt64 = 0
    /// Bytes of a torn last line that were cut off when the file was opened.
    package var cutBytes: UInt64 = 0
    /// The last error of a system call on the log; 0: none so far.
    package var lastError: Int32 = 0

    package init() {}
}
