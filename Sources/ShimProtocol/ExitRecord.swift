package import Linux

/// How a container or an exec session ended, spec/shim.md SM-31. What is not known is absent.
package struct ExitRecord: Equatable, Sendable {
    package static let version = 1

    package var id: String
    package var exec: SessionName?
    /// What it was when it ended: `creating`, `created`, `starting` or `running`.
    package var phase: String
    package var pid: Int32?
    package var status: WaitStatus?
    package var oomKilled: Bool?
    /// Nanoseconds since 1970.
    package var created: UInt64?
    package var started: UInt64?
    package var finished: UInt64?
    package var error: String?
    /// Bytes of the container's output that the log does not have.
    package var lost: UInt64?

    package init(id: String, exec: SessionName? = nil, phase: String) {
        self.id = id
        self.exec = exec
        self.phase = phase
    }

    /// What a program that stands for the container returns: its code, 128 and the signal, 255 where it is not known.
    package var shellCode: Int32 { status?.shellCode ?? 255 }
}
