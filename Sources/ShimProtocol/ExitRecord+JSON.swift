internal import JSON
internal import Linux
package import OCI

extension ExitRecord {
    /// One line of JSON, without its newline.
    package func encode() -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("version", ExitRecord.version)
        json.member("id", id)
        if let exec { json.member("exec", exec.description) }
        json.member("phase", phase)
        if let pid { json.member("pid", pid) }
        if let status {
            json.member("status", status.rawValue)
            json.member("exitCode", status.shellCode)
            if let signal = status.signal { json.member("signal", signal) }
            if status.coreDumped { json.member("coreDumped", true) }
        }
        if let oomKilled { json.member("oomKilled", oomKilled) }
        json.time("created", created)
        json.time("started", started)
        json.time("finished", finished)
        if let error { json.member("error", error) }
        if let lost { json.member("lost", lost) }
        json.endObject()
        return json.bytes
    }

    /// - Throws: `.invalidSpec` for what is no record, or one of a later version.
    package static func parse(_ bytes: [UInt8]) throws(RuntimeError) -> ExitRecord {
        let members = try parseJSON(bytes) { (json) throws(JSONError) in try RecordMembers(from: &json) }
        guard members.version == version else {
            throw RuntimeError(.invalidSpec, "version \(members.version) of an exit record, not \(version)")
        }
        var record = ExitRecord(id: members.id, exec: members.exec.flatMap(SessionName.init), phase: members.phase)
        record.pid = members.pid
        record.status = members.status.map { WaitStatus(rawValue: $0) }
        record.oomKilled = members.oomKilled
        record.created = members.created.flatMap(Timestamp.init)?.nanoseconds
        record.started = members.started.flatMap(Timestamp.init)?.nanoseconds
        record.finished = members.finished.flatMap(Timestamp.init)?.nanoseconds
        record.error = members.error
        record.lost = members.lost
        return record
    }
}

private struct RecordMembers: JSONObject {
    var version = 0
    var id = ""
    var exec: String?
    var phase = ""
    var pid: Int32?
    var status: Int32?
    var oomKilled: Bool?
    var created: String?
    var started: String?
    var finished: String?
    var error: String?
    var lost: UInt64?

    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("version", &version)
        try json.member("id", &id)
        try json.member("exec", &exec)
        try json.member("phase", &phase)
        try json.member("pid", &pid)
        try json.member("status", &status)
        try json.member("oomKilled", &oomKilled)
        try timeMembers(&json)
        try json.member("error", &error)
        try json.member("lost", &lost)
    }

    private mutating func timeMembers(_ json: inout JSONReader) throws(JSONError) {
        try json.member("created", &created)
        try json.member("started", &started)
        try json.member("finished", &finished)
    }
}

extension JSONWriter {
    /// RFC 3339 with nanoseconds; nothing where there is no time.
    mutating func time(_ name: String, _ nanoseconds: UInt64?) {
        if let nanoseconds { member(name, Timestamp(nanoseconds: nanoseconds).rfc3339Nano) }
    }
}
