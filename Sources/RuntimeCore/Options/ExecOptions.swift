package import OCI

/// What `exec` is asked for.
package struct ExecOptions: Equatable, Sendable {
    package var id: String
    /// A JSON `process` that stands in for config.json's and for every flag below but the files and sockets.
    package var processFile: String?
    package var args: [String] = []
    package var cwd: String?
    /// `NAME=value`, after config.json's.
    package var env: [String] = []
    package var tty = false
    package var user: UserIdentity?
    package var additionalGids: [UInt32] = []
    /// Return once the process runs.
    package var detach = false
    package var pidFile: String?
    /// Added to the bounding, effective and permitted sets, and to the ambient one where the spec has an inheritable one.
    package var caps: [String] = []
    /// nil: as config.json says.
    package var noNewPrivs: Bool?
    /// How many descriptors from 3 on go to the process as they are.
    package var preserveFDs: UInt32 = 0
    /// Empty: the container's own cgroup.
    package var cgroups: [String] = []
    package var ignorePaused = false
    package var consoleSocket: String?
    package var pidfdSocket: String?

    package init(id: String) { self.id = id }
}
