internal import JSON

extension Process {
    /// Reads a process as `exec --process` takes it; what this version refuses is listed in `unsupported`.
    package static func parse(_ bytes: [UInt8]) throws(RuntimeError) -> Process {
        try parseJSON(bytes) { (json) throws(JSONError) in
            var process = try Process(from: &json)
            process.unsupported = json.flagged
            return process
        }
    }
}

extension Process: JSONObject {
    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("terminal", &terminal)
        try json.member("consoleSize", &consoleSize)
        try json.member("cwd", &cwd)
        try json.member("env", &env)
        try json.member("args", &args)
        try json.member("user", &user)
        try json.member("rlimits", &rlimits)
        try json.member("capabilities", merging: &capabilities)
        try json.member("noNewPrivileges", &noNewPrivileges)
        try json.member("oomScoreAdj", &oomScoreAdj)
        try json.flag("apparmorProfile")
        try json.flag("selinuxLabel")
        try json.flag("scheduler")
        try json.flag("ioPriority")
        try json.flag("execCPUAffinity")
    }
}

extension Process.ConsoleSize: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var height: UInt32?
        var width: UInt32?
        try json.object { (json) throws(JSONError) in
            try json.member("height", &height)
            try json.member("width", &width)
        }
        self.init(height: try json.required(height, "height"), width: try json.required(width, "width"))
    }
}

extension Process.User: JSONObject {
    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("uid", &uid)
        try json.member("gid", &gid)
        try json.member("umask", &umask)
        try json.member("additionalGids", &additionalGids)
    }
}

extension Process.Rlimit: JSONDecodable {
    init(from json: inout JSONReader) throws(JSONError) {
        var type: String?
        var soft: UInt64?
        var hard: UInt64?
        try json.object { (json) throws(JSONError) in
            try json.member("type", &type)
            try json.member("soft", &soft)
            try json.member("hard", &hard)
        }
        self.init(
            type: try json.required(type, "type"),
            soft: try json.required(soft, "soft"),
            hard: try json.required(hard, "hard")
        )
    }
}

extension Process.Capabilities: JSONObject {
    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("bounding", &bounding)
        try json.member("effective", &effective)
        try json.member("inheritable", &inheritable)
        try json.member("permitted", &permitted)
        try json.member("ambient", &ambient)
    }
}
