internal import Linux
package import OCI

/// Descriptors from 3 on that the caller hands through to the process: those of socket activation (sd_listen_fds(3)),
/// then those of `--preserve-fds`.
package struct InheritedDescriptors: Equatable, Sendable {
    /// How many, 3 being the first.
    package private(set) var count = 0
    private var listening = 0

    package init() {}

    /// Of this process: to be called before it lends a descriptor to a child.
    package static func find(preserved: Int) throws(RuntimeError) -> InheritedDescriptors {
        try InheritedDescriptors(preserved: preserved, environment: ThisProcess.environment, pid: ThisProcess.pid)
    }

    /// `environment` is the caller's, `pid` the number that its `LISTEN_PID` has to name.
    package init(preserved: Int, environment: [String], pid: Int32) throws(RuntimeError) {
        if InheritedDescriptors.value("LISTEN_PID", environment) == Int(pid) {
            listening = max(0, InheritedDescriptors.value("LISTEN_FDS", environment) ?? 0)
        }
        guard (0...InheritedDescriptors.most).contains(preserved), listening <= InheritedDescriptors.most else {
            throw RuntimeError(.usage, "more than \(InheritedDescriptors.most) descriptors to preserve")
        }
        for index in 0..<preserved {
            let descriptor = BorrowedDescriptor(CInt(3 + listening + index))
            guard InheritedDescriptors.isInherited(descriptor) else {
                let step = "unable to stat preserved-fd \(index) (of \(preserved))"
                throw RuntimeError(.kernel, step, errno: .noEntry)
            }
        }
        count = listening + preserved
    }

    /// More than any process may open (fs.nr_open's default).
    private static let most = 1 << 20

    /// One of our own, close-on-exec, is not what the caller meant.
    private static func isInherited(_ descriptor: BorrowedDescriptor) -> Bool {
        do { return try !descriptor.isCloseOnExec() } catch { return false }
    }

    private static func value(_ name: String, _ environment: [String]) -> Int? {
        environment.last { $0.hasPrefix("\(name)=") }.flatMap { Int($0.dropFirst(name.utf8.count + 1)) }
    }

    /// What tells the process of them; it is pid 1 of its namespace.
    package var environment: [String] {
        listening > 0 ? ["LISTEN_FDS=\(listening)", "LISTEN_PID=1"] : []
    }

    /// The first number that is not the process's.
    package var end: CInt { CInt(3 + count) }
}
