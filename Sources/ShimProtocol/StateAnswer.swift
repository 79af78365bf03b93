internal import JSON
internal import OCI

/// The members of the runtime's `state` that tell whose container it is.
package struct StateAnswer: Equatable, Sendable {
    package var status = ""
    package var bundle = ""
    /// 0 where there is no process, or the runtime does not say.
    package var pid: Int32 = 0
    /// Nanoseconds since 1970; nil where the runtime does not say.
    package var created: UInt64?

    package init(status: String, bundle: String, pid: Int32, created: UInt64?) {
        self.status = status
        self.bundle = bundle
        self.pid = pid
        self.created = created
    }

    /// nil for what is no answer.
    package init?(parsing bytes: [UInt8]) {
        do throws(RuntimeError) {
            let members = try parseJSON(bytes) { (json) throws(JSONError) in try StateAnswerMembers(from: &json) }
            self.init(
                status: members.status,
                bundle: members.bundle,
                pid: members.pid,
                created: members.created.flatMap(Timestamp.init)?.nanoseconds
            )
        } catch { return nil }
    }

    /// Whether it has ended and was made within these moments (nanoseconds since 1970): then it is the one that was made
    /// there, and there is nothing alive to be killed by mistake.
    package func hasEnded(of bundle: String, madeFrom first: UInt64, to last: UInt64) -> Bool {
        guard self.bundle == bundle, status == "stopped", let created else { return false }
        return first <= created && created <= last
    }
}

private struct StateAnswerMembers: JSONObject {
    var status = ""
    var bundle = ""
    var pid: Int32 = 0
    var created: String?

    mutating func members(_ json: inout JSONReader) throws(JSONError) {
        try json.member("status", &status)
        try json.member("bundle", &bundle)
        try json.member("pid", &pid)
        try json.member("created", &created)
    }
}
