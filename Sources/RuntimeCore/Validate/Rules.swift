internal import Linux
package import OCI

/// One rule that a configuration has to keep before anything is made.
package struct Rule: Sendable {
    /// Names the rule in tests and in `--debug` output.
    package let name: String
    package let check: @Sendable (Spec) throws(RuntimeError) -> Void

    init(_ name: String, _ check: @escaping @Sendable (Spec) throws(RuntimeError) -> Void) {
        self.name = name
        self.check = check
    }
}

/// The rules in the order in which they are asked; the first one that is broken is reported.
package enum Rules {
    package static let all: [Rule] = [
        Rule("ociVersion", version),
        Rule("unsupported members", unsupported),
        Rule("process", process),
        Rule("root", root),
        Rule("namespaces", namespaces),
        Rule("uts", uts),
        Rule("security", security),
        Rule("sysctl", sysctl),
        Rule("hooks", hooks),
    ]

    package static func validate(_ spec: Spec) throws(RuntimeError) {
        for rule in all { try rule.check(spec) }
    }

    /// What `exec` and `create` ask of any process.
    package static func validate(_ process: Process) throws(RuntimeError) {
        if let path = process.unsupported.first { throw Rules.refusal(of: path) }
        if process.cwd.isEmpty { throw invalid("Cwd property must not be empty") }
        if !process.cwd.hasPrefix("/") { throw invalid("Cwd must be an absolute path") }
        if process.args.isEmpty { throw invalid("args must not be empty") }
        try validate(process.user)
        for (index, limit) in process.rlimits.enumerated() {
            if limit.soft > limit.hard {
                throw invalid("process.rlimits[\(index)]: \(limit.type): the soft limit is above the hard one")
            }
            if process.rlimits[..<index].contains(where: { $0.type == limit.type }) {
                throw invalid("process.rlimits[\(index)]: rlimit type \(limit.type) is given twice")
            }
        }
    }

    /// (uid_t)-1 means "no change" to setresuid(2): the process would stay root (CVE-2024-40635).
    private static func validate(_ user: Process.User) throws(RuntimeError) {
        if user.uid == .max { throw invalid("process.user.uid: \(user.uid) is no user") }
        if user.gid == .max { throw invalid("process.user.gid: \(user.gid) is no group") }
        for (index, gid) in user.additionalGids.enumerated() where gid == .max {
            throw invalid("process.user.additionalGids[\(index)]: \(gid) is no group")
        }
    }

    static func invalid(_ message: String) -> RuntimeError { RuntimeError(.invalidSpec, message) }

    static func refusal(of path: String) -> RuntimeError {
        RuntimeError(.unsupported, "\(path) is not supported by this version of runc-swift")
    }
}

extension Rules {
    /// config.md "Specification version": the major version is what breaks compatibility.
    private static func version(_ spec: Spec) throws(RuntimeError) {
        guard spec.ociVersion.split(separator: ".", omittingEmptySubsequences: false).first == "1" else {
            throw invalid("ociVersion: unsupported version \"\(spec.ociVersion)\": this runtime reads 1.0 to 1.3")
        }
    }

    private static func unsupported(_ spec: Spec) throws(RuntimeError) {
        if let path = spec.unsupported.first { throw refusal(of: path) }
    }

    private static func process(_ spec: Spec) throws(RuntimeError) {
        guard let process = spec.process else { throw invalid("process property must not be empty") }
        try validate(process)
    }

    private static func root(_ spec: Spec) throws(RuntimeError) {
        guard let root = spec.root else { throw invalid("root property must not be empty") }
        if root.path.isEmpty { throw invalid("root.path must not be empty") }
    }

    private static func namespaces(_ spec: Spec) throws(RuntimeError) {
        for (index, namespace) in spec.linux.namespaces.enumerated() {
            if spec.linux.namespaces[..<index].contains(where: { $0.kind == namespace.kind }) {
                throw invalid("malformed spec file: duplicated ns \(namespace.kind.rawValue)")
            }
            if let path = namespace.path, !path.hasPrefix("/") {
                throw invalid("linux.namespaces[\(index)].path: \"\(path)\" is not an absolute path")
            }
        }
    }

    /// `__NEW_UTS_LEN` of linux/utsname.h, bytes.
    private static let longestName = 64

    private static func uts(_ spec: Spec) throws(RuntimeError) {
        for (name, value) in [("hostname", spec.hostname), ("domainname", spec.domainname)] {
            guard let value, value.utf8.count > longestName else { continue }
            throw invalid("\(name): \(value.utf8.count) bytes are more than the \(longestName) that the kernel takes")
        }
        if spec.linux.namespace(.uts) != nil { return }
        if !(spec.hostname ?? "").isEmpty {
            throw invalid("unable to set hostname without a private UTS namespace")
        }
        if !(spec.domainname ?? "").isEmpty {
            throw invalid("unable to set domainname without a private UTS namespace")
        }
    }

    private static func security(_ spec: Spec) throws(RuntimeError) {
        let restricted = !spec.linux.maskedPaths.isEmpty || !spec.linux.readonlyPaths.isEmpty
        if restricted, spec.linux.namespace(.mount) == nil {
            throw invalid("unable to restrict sys entries without a private MNT namespace")
        }
    }

    private static func sysctl(_ spec: Spec) throws(RuntimeError) {
        if spec.linux.sysctl.isEmpty { return }
        let path = spec.linux.namespace(.network)?.path
        let joinsHost = try path.map { (path) throws(RuntimeError) in
            try attempt("invalid netns path \(path)") { () throws(Errno) in
                let own = try BorrowedDescriptor.currentDirectory.open("/proc/self/ns/net", [.path]).status()
                let other = try BorrowedDescriptor.currentDirectory.open(path, [.path]).status()
                return own.device == other.device && own.inode == other.inode
            }
        }
        try Sysctl.validate(spec, joinsHostNetwork: joinsHost ?? false)
    }

    private static func hooks(_ spec: Spec) throws(RuntimeError) {
        for (name, hooks) in spec.hooks.all {
            for (index, hook) in hooks.enumerated() {
                if !hook.path.hasPrefix("/") {
                    throw invalid("hooks.\(name)[\(index)].path: \"\(hook.path)\" is not an absolute path")
                }
                if let timeout = hook.timeout, timeout <= 0 {
                    throw invalid("hooks.\(name)[\(index)].timeout: \(timeout) is not more than 0")
                }
            }
        }
    }
}

extension Hooks {
    /// Every kind by its name, in the order of runtime.md "Lifecycle".
    package var all: [(name: String, hooks: [Hook])] {
        [
            ("prestart", prestart), ("createRuntime", createRuntime), ("createContainer", createContainer),
            ("startContainer", startContainer), ("poststart", poststart), ("poststop", poststop),
        ]
    }
}
