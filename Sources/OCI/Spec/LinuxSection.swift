/// config.json's `linux`.
package struct LinuxSection: Equatable, Sendable {
    package enum NamespaceKind: String, CaseIterable, Sendable {
        case pid, network, mount, ipc, uts, user, cgroup, time
    }

    package struct Namespace: Equatable, Sendable {
        package var kind: NamespaceKind
        /// nil: a new one.
        package var path: String?

        package init(kind: NamespaceKind, path: String? = nil) {
            self.kind = kind
            self.path = path
        }
    }

    package struct Device: Equatable, Sendable {
        package enum Kind: String, Sendable { case character = "c", unbuffered = "u", block = "b", fifo = "p" }
        package var path: String
        package var kind: Kind
        package var major: UInt32 = 0
        package var minor: UInt32 = 0
        package var fileMode: UInt32?
        package var uid: UInt32 = 0
        package var gid: UInt32 = 0

        package init(path: String, kind: Kind) {
            self.path = path
            self.kind = kind
        }
    }

    package var namespaces: [Namespace] = []
    package var devices: [Device] = []
    package var cgroupsPath: String?
    package var resources = Resources()
    package var rootfsPropagation: String?
    package var seccomp: SeccompProfile?
    package var sysctl: [String: String] = [:]
    package var maskedPaths: [String] = []
    package var readonlyPaths: [String] = []

    package init() {}

    /// The first entry of that kind, new or joined.
    package func namespace(_ kind: NamespaceKind) -> Namespace? { namespaces.first { $0.kind == kind } }
    /// True where the container gets a namespace of its own.
    package func isNew(_ kind: NamespaceKind) -> Bool { namespace(kind).map { $0.path == nil } ?? false }
}

/// config-linux.md "Seccomp".
package struct SeccompProfile: Equatable, Sendable {
    package struct Argument: Equatable, Sendable {
        package var index: UInt32
        package var value: UInt64
        package var valueTwo: UInt64 = 0
        /// `SCMP_CMP_EQ` and so on, as written.
        package var op: String

        package init(index: UInt32, value: UInt64, op: String) {
            self.index = index
            self.value = value
            self.op = op
        }
    }

    package struct Rule: Equatable, Sendable {
        package var names: [String]
        /// `SCMP_ACT_ALLOW` and so on, as written.
        package var action: String
        package var errnoRet: UInt32?
        package var args: [Argument] = []

        package init(names: [String], action: String) {
            self.names = names
            self.action = action
        }
    }

    package var defaultAction: String
    package var defaultErrnoRet: UInt32?
    package var architectures: [String] = []
    /// nil: absent, which means the runtime's default (SPEC_ALLOW where the kernel has it).
    package var flags: [String]?
    package var listenerPath: String?
    package var listenerMetadata: String?
    package var syscalls: [Rule] = []

    package init(defaultAction: String) { self.defaultAction = defaultAction }
}
