internal import JSON
internal import Linux
internal import OCI
internal import Seccomp

/// What `features` prints (runtime-spec features.md and features-linux.md), out of the tables that the runtime works by.
package enum Features {
    package static let specVersion = "1.3.0"
    /// The runc whose command line and texts this is held against: what other programs may take this runtime for.
    private static let likeRunc = "1.4.0"

    package static func json(version: String, commit: String) -> [UInt8] {
        var json = JSONWriter(indent: 4)
        json.beginObject()
        json.member("ociVersionMin", "1.0.0")
        json.member("ociVersionMax", specVersion)
        json.member("hooks", hooks)
        json.member("mountOptions", MountOption.names())
        json.key("linux")
        writeLinux(to: &json)
        json.key("annotations")
        json.beginObject()
        if let library = LibraryVersion.text { json.member("io.github.seccomp.libseccomp.version", library) }
        json.member("org.opencontainers.runc.checkpoint.enabled", "false")
        json.member("org.opencontainers.runc.version", likeRunc)
        json.member("runc-swift.commit", commit)
        json.member("runc-swift.version", version)
        json.endObject()
        json.member("potentiallyUnsafeConfigAnnotations", unsafeAnnotations)
        json.endObject()
        return json.bytes
    }

    /// In the order in which they run (config.md, "POSIX-platform Hooks").
    private static let hooks = [
        "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
    ]

    /// No annotation of config.json changes what this version does.
    private static let unsafeAnnotations: [String] = []

    /// Those that this version makes and joins, sorted; a time or user namespace is refused.
    static let namespaces: [LinuxSection.NamespaceKind] = [.cgroup, .ipc, .mount, .network, .pid, .uts]

    private static func writeLinux(to json: inout JSONWriter) {
        json.beginObject()
        json.member("namespaces", namespaces.map { $0.rawValue })
        json.member("capabilities", Capability.names)
        json.member("cgroup", ["v1": true, "v2": true, "systemd": false, "systemdUser": false, "rdma": true])
        json.key("seccomp")
        writeSeccomp(to: &json)
        json.member("apparmor", ["enabled": false])
        json.member("selinux", ["enabled": false])
        json.member("intelRdt", ["enabled": false, "schemata": false, "monitoring": false])
        json.key("memoryPolicy")
        json.beginObject()
        json.member("modes", [])
        json.member("flags", [])
        json.endObject()
        json.key("mountExtensions")
        json.beginObject()
        json.member("idmap", ["enabled": false])
        json.endObject()
        json.member("netDevices", ["enabled": false])
        json.endObject()
    }

    private static func writeSeccomp(to json: inout JSONWriter) {
        json.beginObject()
        json.key("enabled")
        json.bool(true)
        json.member("actions", SeccompTables.actions.map { $0.name })
        json.member("operators", SeccompTables.operators.map { $0.name })
        json.member("archs", SeccompTables.architectures.map { $0.name })
        json.member("knownFlags", SeccompTables.flags.map { $0.name })
        json.member("supportedFlags", SeccompTables.supportedFlags().map { $0.name })
        json.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    fileprivate mutating func member(_ name: String, _ values: [String]) {
        key(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    fileprivate mutating func member(_ name: String, _ values: KeyValuePairs<String, Bool>) {
        key(name)
        beginObject()
        for (name, value) in values {
            key(name)
            bool(value)
        }
        endObject()
    }
}
