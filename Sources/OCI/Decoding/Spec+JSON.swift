internal import JSON

extension Spec {
    /// Reads a `config.json`. Unknown members are ignored (config.md, "Extensibility"); what this version refuses is
    /// listed in `unsupported`.
    package static func parse(_ bytes: [UInt8]) throws(RuntimeError) -> Spec {
        try parseJSON(bytes) { (json) throws(JSONError) in
            var spec = try Spec(from: &json)
            spec.unsupported = json.flagged
            return spec
        }
    }
}

extension Spec: JSONObject {
    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("ociVersion", &ociVersion)
        try json.member("process", merging: &process)
        try json.member("root", &root)
        try json.member("hostname", &hostname)
        try json.member("domainname", &domainname)
        try json.member("mounts", &mounts)
        try json.member("hooks", &hooks)
        try json.member("annotations", &annotations)
        try json.member("linux", &linux)
    }
}

extension Root: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var path: String?
        var readonly = false
        try json.object { (json) throws(JSONError) in
            try json.member("path", &path)
            try json.member("readonly", &readonly)
        }
        self.init(path: try json.required(path, "path"), readonly: readonly)
    }
}

extension Mount: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var destination: String?
        var mount = Mount(destination: "")
        try json.object { (json) throws(JSONError) in
            try json.member("destination", &destination)
            try json.member("type", &mount.type)
            try json.member("source", &mount.source)
            try mount.readOptions(&json)
            try json.flag("uidMappings")
            try json.flag("gidMappings")
        }
        mount.destination = try json.required(destination, "destination")
        self = mount
    }

    private mutating func readOptions(_ json: inout JSONReader) throws(JSONError) {
        guard json.takes("options") else { return }
        options = try json.null() ? [] : json.list()
        for word in options where word == "idmap" || word == "ridmap" { json.flag(path: "\(json.path): \(word)") }
    }
}

extension Hooks: JSONObject {
    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("prestart", &prestart)
        try json.member("createRuntime", &createRuntime)
        try json.member("createContainer", &createContainer)
        try json.member("startContainer", &startContainer)
        try json.member("poststart", &poststart)
        try json.member("poststop", &poststop)
    }
}

extension Hook: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var path: String?
        var hook = Hook(path: "")
        try json.object { (json) throws(JSONError) in
            try json.member("path", &path)
            try json.member("args", &hook.args)
            try json.member("env", &hook.env)
            try json.member("timeout", &hook.timeout)
        }
        hook.path = try json.required(path, "path")
        self = hook
    }
}

extension JSONReader {
    /// The value of a member that the spec says is REQUIRED in the object just read.
    func required<Value>(_ value: Value?, _ name: StaticString) throws(JSONError) -> Value {
        guard let value else { throw missing(name) }
        return value
    }
}
