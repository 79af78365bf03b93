/// A runtime-spec 1.3 configuration (`config.json`), as far as this runtime acts on it.
/// Absent members are nil or empty; the runtime-spec's config.md and config-linux.md say what each means.
package struct Spec: Equatable, Sendable {
    package var ociVersion = ""
    package var process: Process?
    package var root: Root?
    package var hostname: String?
    package var domainname: String?
    package var mounts: [Mount] = []
    package var hooks = Hooks()
    package var annotations: [String: String] = [:]
    package var linux = LinuxSection()
    /// JSON paths of members that are set and that this version refuses (a row each in spec/unsupported.md).
    package var unsupported: [String] = []

    package init() {}
}

package struct Root: Equatable, Sendable {
    package var path: String
    package var readonly = false

    package init(path: String, readonly: Bool = false) {
        self.path = path
        self.readonly = readonly
    }
}

/// The process that the container runs: config.json's `process`, or the file of `exec --process`.
package struct Process: Equatable, Sendable {
    package struct ConsoleSize: Equatable, Sendable {
        package var height: UInt32
        package var width: UInt32

        package init(height: UInt32, width: UInt32) {
            self.height = height
            self.width = width
        }
    }

    package struct User: Equatable, Sendable {
        package var uid: UInt32 = 0
        package var gid: UInt32 = 0
        package var umask: UInt32?
        package var additionalGids: [UInt32] = []

        package init() {}
    }

    package struct Rlimit: Equatable, Sendable {
        /// `RLIMIT_NOFILE` and so on.
        package var type: String
        package var soft: UInt64
        package var hard: UInt64

        package init(type: String, soft: UInt64, hard: UInt64) {
            self.type = type
            self.soft = soft
            self.hard = hard
        }
    }

    /// Names (`CAP_KILL`) as written.
    package struct Capabilities: Equatable, Sendable {
        package var bounding: [String] = []
        package var effective: [String] = []
        package var inheritable: [String] = []
        package var permitted: [String] = []
        package var ambient: [String] = []

        package init() {}
    }

    package var terminal = false
    package var consoleSize: ConsoleSize?
    package var cwd = ""
    package var env: [String] = []
    package var args: [String] = []
    package var user = User()
    package var rlimits: [Rlimit] = []
    /// nil: the caller's capabilities are left as they are; empty sets: none.
    package var capabilities: Capabilities?
    package var noNewPrivileges = false
    package var oomScoreAdj: Int?
    /// As in `Spec`, for the file of `exec --process`; a configuration's are in its `Spec`.
    package var unsupported: [String] = []

    package init() {}
}

package struct Mount: Equatable, Sendable {
    package var destination: String
    package var type: String?
    package var source: String?
    package var options: [String] = []

    package init(destination: String, type: String? = nil, source: String? = nil, options: [String] = []) {
        self.destination = destination
        self.type = type
        self.source = source
        self.options = options
    }
}

package struct Hook: Equatable, Sendable {
    package var path: String
    package var args: [String] = []
    /// nil: absent; for startContainer that means the process's environment.
    package var env: [String]?
    /// Seconds, more than 0.
    package var timeout: Int?

    package init(path: String) { self.path = path }
}

package struct Hooks: Equatable, Sendable {
    package var prestart: [Hook] = []
    package var createRuntime: [Hook] = []
    package var createContainer: [Hook] = []
    package var startContainer: [Hook] = []
    package var poststart: [Hook] = []
    package var poststop: [Hook] = []

    package init() {}
}
