internal import JSON
internal import Linux
internal import OCI

/// runtime-spec's process object of an exec session: config.json's, with what the flags change. Members that nothing
/// here knows stay as they are, for the runtime.
struct ExecProcess {
    var args: [String] = []
    var cwd: String?
    var env: [String] = []
    var user: UserIdentity?
    var terminal = false
    var size: WindowSize?

    /// From the bundle as it is now.
    func text(bundle: String) throws(RuntimeError) -> [UInt8] { try changed(try ExecProcess.read(bundle: bundle)) }

    func text(config: [UInt8]) throws(RuntimeError) -> [UInt8] { try changed(try ExecProcess.process(of: config)) }

    private static func read(bundle: String) throws(RuntimeError) -> [UInt8] {
        let path = "\(bundle)/config.json"
        let config = try attempt("read \(path)") { () throws(Errno) in try HostFile.read(path) }
        return try during(path) { () throws(RuntimeError) in try process(of: config) }
    }

    /// The text of a configuration's process.
    private static func process(of config: [UInt8]) throws(RuntimeError) -> [UInt8] {
        let process = try parseJSON(config) { (json) throws(JSONError) in
            var process: [UInt8]?
            try json.object { (json) throws(JSONError) in
                if json.takes("process") { process = try json.raw() }
            }
            return process
        }
        guard let process else { throw RuntimeError(.invalidSpec, "process property must not be empty") }
        return process
    }

    private func changed(_ text: [UInt8]) throws(RuntimeError) -> [UInt8] {
        let process = try Process.parse(text)
        return try parseJSON(text) { (json) throws(JSONError) in
            var result = JSONWriter()
            result.beginObject()
            try json.entries { (json, name) throws(JSONError) in
                let value = try json.raw()
                if !isChanged(name) { result.member(name, raw: value) }
            }
            write(over: process, to: &result)
            result.endObject()
            return result.bytes
        }
    }

    /// The size of the configuration's terminal is not that of ours.
    private func isChanged(_ name: String) -> Bool {
        switch name {
        case "args", "terminal", "consoleSize": true
        case "cwd": cwd != nil
        case "env": !env.isEmpty
        case "user": user != nil
        default: false
        }
    }

    private func write(over process: Process, to json: inout JSONWriter) {
        json.member("args", args)
        json.member("terminal", terminal)
        if let cwd { json.member("cwd", cwd) }
        if !env.isEmpty { json.member("env", process.env + env) }
        if let user { write(user, over: process.user, to: &json) }
        guard let size else { return }
        json.key("consoleSize")
        json.beginObject()
        json.member("height", size.rows)
        json.member("width", size.columns)
        json.endObject()
    }

    private func write(_ identity: UserIdentity, over user: Process.User, to json: inout JSONWriter) {
        json.key("user")
        json.beginObject()
        json.member("uid", identity.uid)
        json.member("gid", identity.gid ?? user.gid)
        if let umask = user.umask { json.member("umask", umask) }
        if !user.additionalGids.isEmpty {
            json.key("additionalGids")
            json.beginArray()
            for group in user.additionalGids { json.integer(group) }
            json.endArray()
        }
        json.endObject()
    }
}
