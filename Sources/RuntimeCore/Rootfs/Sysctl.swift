package import OCI

/// A kernel parameter of the container's namespaces (config-linux.md, "Sysctl").
package struct Sysctl: Equatable, Sendable {
    /// As written: `net.ipv4.ip_forward` or `net/ipv4/ip_forward`.
    package let key: String
    package let value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    /// In the order of the keys.
    package static func all(of spec: Spec) -> [Sysctl] {
        spec.linux.sysctl.sorted { $0.key < $1.key }.map { Sysctl(key: $0.key, value: $0.value) }
    }

    /// Below /proc/sys. A key may be parted by dots, in which case a slash stands for a dot (`eno2/100`), or by slashes
    /// (sysctl.d(5)).
    package var path: String { partedBySlashes ? key : swapped }

    private var dotted: String { partedBySlashes ? swapped : key }

    private var partedBySlashes: Bool { key.utf8.first { $0 == 0x2e || $0 == 0x2f } == 0x2f }

    private var swapped: String {
        String(decoding: key.utf8.map { $0 == 0x2e ? 0x2f : $0 == 0x2f ? 0x2e : $0 }, as: UTF8.self)
    }

    /// Refuses what would change the host: a key has to belong to a namespace that the container has.
    /// `joinsHostNetwork`: the network namespace that it joins by path is the caller's own.
    package static func validate(_ spec: Spec, joinsHostNetwork: Bool) throws(RuntimeError) {
        if spec.linux.sysctl.isEmpty { return }
        for setting in all(of: spec) {
            if let problem = setting.problem(spec.linux, joinsHostNetwork) {
                throw RuntimeError(.invalidSpec, problem)
            }
        }
    }

    /// Whether the path goes down only: of `net.//.kernel.core_pattern` the second part would be `..`, and a setting of the
    /// host's, while the name begins with `net.`.
    private var staysBelow: Bool {
        path.utf8.split(separator: 0x2f, omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && !$0.elementsEqual([0x2e]) && !$0.elementsEqual([0x2e, 0x2e]) }
    }

    private static let ofIPC = [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax",
        "kernel.shmmni", "kernel.shm_rmid_forced",
    ]

    private func problem(_ linux: LinuxSection, _ joinsHostNetwork: Bool) -> String? {
        if !staysBelow { return "sysctl \"\(key)\" is not a name below /proc/sys" }
        let name = dotted
        if Sysctl.ofIPC.contains(name) || name.hasPrefix("fs.mqueue.") {
            return linux.namespace(.ipc) == nil
                ? "sysctl \"\(name)\" is not allowed in the hosts ipc namespace" : nil
        }
        if name.hasPrefix("net.") {
            return linux.namespace(.network) == nil || joinsHostNetwork
                ? "sysctl \"\(name)\" not allowed in host network namespace" : nil
        }
        return otherProblem(name, linux)
    }

    private func otherProblem(_ name: String, _ linux: LinuxSection) -> String? {
        switch name {
        case "kernel.domainname" where linux.namespace(.uts) != nil: return nil
        case "kernel.hostname" where linux.namespace(.uts) != nil:
            return "sysctl \"\(name)\" is not allowed as it conflicts with the OCI \"hostname\" field"
        case _ where name.hasPrefix("user."):
            return linux.namespace(.user) == nil
                ? "setting ucounts without a user namespace not allowed: \(name)" : nil
        default: return "sysctl \"\(name)\" is not in a separate kernel namespace"
        }
    }
}
