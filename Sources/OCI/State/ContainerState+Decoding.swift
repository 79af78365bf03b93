internal import JSON

extension ContainerState {
    /// Reads a `state.json`. Members that this version does not know are ignored.
    package static func parse(_ bytes: [UInt8]) throws(RuntimeError) -> ContainerState {
        try parseJSON(bytes) { (json) throws(JSONError) in try ContainerState(from: &json) }
    }
}

extension ContainerState: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var id: String?
        var bundle: String?
        var pid: Int32?
        var namespacePaths: [String: String] = [:]
        var state = ContainerState(id: "", bundle: "")
        try json.object { (json) throws(JSONError) in
            try json.member("id", &id)
            try json.member("init_process_pid", &pid)
            try json.member("init_process_start", &state.initProcessStart)
            try json.member("created", &state.created)
            try json.nested("config") { (json) throws(JSONError) in try state.configMembers(&json) }
            try json.member("cgroup_paths", &state.cgroupPaths)
            try json.member("namespace_paths", &namespacePaths)
            try json.member("oci_version", &state.ociVersion)
            try json.member("bundle", &bundle)
            try json.member("annotations", &state.annotations)
            try json.member("owner", &state.owner)
        }
        state.id = try json.required(id, "id")
        state.bundle = try json.required(bundle, "bundle")
        state.initProcessPid = try json.required(pid, "init_process_pid")
        for (name, path) in namespacePaths {
            if let kind = LinuxSection.NamespaceKind(flagName: name) { state.namespacePaths[kind] = path }
        }
        state.hooks.readTimeoutsAsNanoseconds()
        self = state
    }

    private mutating func configMembers(_ json: inout JSONReader) throws(JSONError) {
        var stored: [StoredNamespace]?
        try json.member("namespaces", &stored)
        if let stored { namespaces = stored.map({ $0.namespace }) }
        try json.member("rootfs", &rootfs)
        try json.member("hostname", &hostname)
        try json.member("domainname", &domainname)
        try json.nested("cgroups") { (json) throws(JSONError) in try json.member("path", &cgroupPath) }
        try json.member("Hooks", &hooks)
        try json.member("no_new_privileges", &noNewPrivileges)
        try json.member("no_pivot_root", &noPivotRoot)
        try json.member("no_new_keyring", &noNewKeyring)
    }
}

private struct StoredNamespace: JSONDecodable {
    let namespace: LinuxSection.Namespace

    init(from json: inout JSONReader) throws(JSONError) {
        var name: String?
        var path: String?
        try json.object { (json) throws(JSONError) in
            try json.member("type", &name)
            try json.member("path", &path)
        }
        let word = try json.required(name, "type")
        guard let kind = LinuxSection.NamespaceKind(flagName: word) else {
            throw json.invalid("unknown namespace \(quoted(word))")
        }
        namespace = LinuxSection.Namespace(kind: kind, path: path)
    }
}

extension Hooks {
    /// runc's state counts a hook's timeout in nanoseconds, config.json in seconds.
    fileprivate mutating func readTimeoutsAsNanoseconds() {
        prestart.readTimeoutsAsNanoseconds()
        createRuntime.readTimeoutsAsNanoseconds()
        createContainer.readTimeoutsAsNanoseconds()
        startContainer.readTimeoutsAsNanoseconds()
        poststart.readTimeoutsAsNanoseconds()
        poststop.readTimeoutsAsNanoseconds()
    }
}

extension [Hook] {
    fileprivate mutating func readTimeoutsAsNanoseconds() {
        for index in indices { self[index].timeout = self[index].timeout.map { $0 / 1_000_000_000 } }
    }
}
