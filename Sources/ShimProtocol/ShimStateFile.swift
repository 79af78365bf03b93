internal import JSON
internal import Linux
package import OCI

/// shim.json, SM-3: what whoever comes after the shim has to know.
package struct ShimStateFile: Equatable, Sendable {
    package static let version = 1

    package var id = ""
    package var bundle = ""
    package var runtime = ""
    package var runtimeArguments: [String] = []
    package var phase = ""
    package var shimPid: Int32 = 0
    /// Clock ticks after boot, as in proc_pid_stat(5).
    package var shimStart: UInt64 = 0
    /// What /proc/self/ns/mnt points to.
    package var mountNamespace = ""
    /// 0: there is no process yet.
    package var pid: Int32 = 0
    package var pidStart: UInt64 = 0
    /// The lines of /proc/PID/cgroup.
    package var cgroup = ""
    package var logPath = ""
    /// Leaves the runtime's container to the caller after its end.
    package var keeps = false
    /// Nanoseconds since 1970: when the shim began.
    package var begun: UInt64 = 0
    /// Nanoseconds since 1970; 0: not yet.
    package var created: UInt64 = 0
    package var started: UInt64 = 0

    package init() {}

    package func encode() -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("version", ShimStateFile.version)
        json.member("id", id)
        json.member("bundle", bundle)
        json.member("runtime", runtime)
        json.member("runtimeArguments", runtimeArguments)
        json.member("phase", phase)
        json.member("shimPid", shimPid)
        json.member("shimStart", shimStart)
        json.member("mountNamespace", mountNamespace)
        json.member("pid", pid)
        json.member("pidStart", pidStart)
        json.member("cgroup", cgroup)
        json.member("logPath", logPath)
        json.member("keeps", keeps)
        json.time("begun", begun)
        json.time("created", created == 0 ? nil : created)
        json.time("started", started == 0 ? nil : started)
        json.endObject()
        return json.bytes
    }

    package static func parse(_ bytes: [UInt8]) throws(RuntimeError) -> ShimStateFile {
        let members = try parseJSON(bytes) { (json) throws(JSONError) in try StateMembers(from: &json) }
        guard members.version == version else {
            throw RuntimeError(.invalidSpec, "version \(members.version) of a shim's state, not \(version)")
        }
        return members.file
    }
}

private struct StateMembers: JSONObject {
    var version = 0
    var file = ShimStateFile()

    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("version", &version)
        try json.member("id", &file.id)
        try json.member("bundle", &file.bundle)
        try json.member("runtime", &file.runtime)
        try json.member("runtimeArguments", &file.runtimeArguments)
        try json.member("phase", &file.phase)
        try processMembers(&json)
        try json.member("cgroup", &file.cgroup)
        try json.member("logPath", &file.logPath)
        try json.member("keeps", &file.keeps)
        try timeMembers(&json)
    }

    private mutating func processMembers(_ json: inout JSONReader) throws(JSONError) {
        try json.member("shimPid", &file.shimPid)
        try json.member("shimStart", &file.shimStart)
        try json.member("mountNamespace", &file.mountNamespace)
        try json.member("pid", &file.pid)
        try json.member("pidStart", &file.pidStart)
    }

    private mutating func timeMembers(_ json: inout JSONReader) throws(JSONError) {
        var (begun, created, started): (String?, String?, String?) = (nil, nil, nil)
        try json.member("begun", &begun)
        try json.member("created", &created)
        try json.member("started", &started)
        if let time = begun.flatMap(Timestamp.init) { file.begun = time.nanoseconds }
        if let time = created.flatMap(Timestamp.init) { file.created = time.nanoseconds }
        if let time = started.flatMap(Timestamp.init) { file.started = time.nanoseconds }
    }
}
