internal import ContainerLog
internal import JSON
internal import Linux
internal import OCI
internal import ShimProtocol

/// What the driver adds to the machine's answer to `state`.
struct StreamCounts: Equatable {
    /// What was asked about has a terminal.
    var isTerminal = false
    /// Attached to what was asked about.
    var attached = 0
    /// Connections in all.
    var clients = 0
    /// Bytes that clients have missed, those that have gone included.
    var dropped: UInt64 = 0
    /// Clients that were let go because they took nothing.
    var letGo: UInt64 = 0
}

extension StateReply {
    /// `log`: nil without a log.
    func encode(_ counts: StreamCounts, log: LogCounters?) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("phase", phase)
        if let pid { json.member("pid", pid) }
        json.member("shimPid", ThisProcess.pid)
        json.moment("created", created)
        json.moment("started", started)
        json.moment("finished", finished)
        if let status {
            json.member("status", status.rawValue)
            json.member("exitCode", status.shellCode)
        }
        if let leftover { json.member("leftover", leftover) }
        json.member("terminal", counts.isTerminal)
        json.member("attached", counts.attached)
        json.member("clients", counts.clients)
        json.member("dropped", counts.dropped)
        json.member("letGo", counts.letGo)
        if let log { json.log(log) }
        if case .container = owner {
            json.key("execs")
            json.beginArray()
            for session in sessions { json.string(session.description) }
            json.endArray()
        }
        json.endObject()
        return json.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func moment(_ name: String, _ nanoseconds: UInt64?) {
        if let nanoseconds { member(name, Timestamp(nanoseconds: nanoseconds).rfc3339Nano) }
    }

    fileprivate mutating func log(_ log: LogCounters) {
        key("log")
        beginObject()
        member("records", log.records)
        member("bytes", log.bytes)
        member("lostRecords", log.lostRecords)
        member("lostBytes", log.lostBytes)
        member("rotations", log.rotations)
        member("cutBytes", log.cutBytes)
        if log.lastError != 0 { member("error", Errno(log.lastError).description) }
        endObject()
    }
}
