internal import JSON

extension ContainerState {
    /// One line of JSON.
    package func encode() -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("id", id)
        json.member("init_process_pid", initProcessPid)
        json.member("init_process_start", initProcessStart)
        json.member("created", created)
        json.key("config")
        writeConfig(&json)
        json.member("cgroup_paths", cgroupPaths)
        json.member("namespace_paths", named(namespacePaths))
        json.member("oci_version", ociVersion)
        json.member("bundle", bundle)
        json.member("annotations", annotations)
        json.member("owner", owner)
        json.endObject()
        return json.bytes
    }

    /// runc's `Config`, as far as others look into it or a later command needs it.
    private func writeConfig(_ json: inout JSONWriter) {
        json.beginObject()
        json.member("no_pivot_root", noPivotRoot)
        json.member("rootfs", rootfs)
        if let hostname { json.member("hostname", hostname) }
        if let domainname { json.member("domainname", domainname) }
        json.key("namespaces")
        json.beginArray()
        for namespace in namespaces {
            json.beginObject()
            json.member("type", namespace.kind.flagName)
            json.member("path", namespace.path ?? "")
            json.endObject()
        }
        json.endArray()
        json.key("cgroups")
        json.beginObject()
        if let cgroupPath { json.member("path", cgroupPath) }
        json.endObject()
        json.member("no_new_privileges", noNewPrivileges)
        json.key("Hooks")
        writeHooks(&json)
        json.member("version", ociVersion)
        json.member("labels", labels)
        json.member("no_new_keyring", noNewKeyring)
        json.endObject()
    }

    /// For readers only: an annotation called `bundle` would be ambiguous, so we read the members of our own.
    private var labels: [String] {
        annotations.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + ["bundle=\(bundle)"]
    }

    private func named(_ paths: [LinuxSection.NamespaceKind: String]) -> [String: String] {
        var named: [String: String] = [:]
        for (kind, path) in paths { named[kind.flagName] = path }
        return named
    }

    private func writeHooks(_ json: inout JSONWriter) {
        json.beginObject()
        for (name, hooks) in hooks.byName where !hooks.isEmpty {
            json.key(name)
            json.beginArray()
            for hook in hooks { write(hook, &json) }
            json.endArray()
        }
        json.endObject()
    }

    private func write(_ hook: Hook, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("path", hook.path)
        json.member("args", hook.args)
        if let env = hook.env { json.member("env", env) }
        if let timeout = hook.timeout { json.member("timeout", timeout.nanoseconds) }
        json.endObject()
    }
}

extension Hooks {
    fileprivate var byName: [(String, [Hook])] {
        [
            ("prestart", prestart), ("createRuntime", createRuntime), ("createContainer", createContainer),
            ("startContainer", startContainer), ("poststart", poststart), ("poststop", poststop),
        ]
    }
}

extension Int {
    /// A limit that no clock reaches where the product has no room.
    fileprivate var nanoseconds: Int {
        let (product, overflow) = multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? signum() * .max : product
    }
}
