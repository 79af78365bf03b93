internal import JSON

/// What `state` prints of a container, and `list --format json` of each.
package struct StateReport: Equatable, Sendable {
    package var ociVersion: String
    package var id: String
    /// 0 for a stopped container.
    package var pid: Int32
    package var status: Lifecycle
    package var bundle: String
    package var rootfs: String
    package var created: String
    package var annotations: [String: String]
    /// A user's name; empty in `state`, as runc leaves it.
    package var owner: String

    package init(_ state: ContainerState, status: Lifecycle, owner: String = "") {
        ociVersion = state.ociVersion
        id = state.id
        pid = status == .stopped ? 0 : state.initProcessPid
        self.status = status
        bundle = state.bundle
        rootfs = state.rootfs
        created = state.created
        annotations = state.annotations
        self.owner = owner
    }

    /// The report as JSON: 2 spaces a level in `state`; nil: one line.
    package func json(indent: Int? = nil) -> [UInt8] {
        var json = JSONWriter(indent: indent)
        write(to: &json)
        return json.bytes
    }

    /// `list --format json`: one line, `null` if there are none.
    package static func list(_ reports: [StateReport]) -> [UInt8] {
        var json = JSONWriter()
        if reports.isEmpty {
            json.null()
            return json.bytes
        }
        json.beginArray()
        for report in reports { report.write(to: &json) }
        json.endArray()
        return json.bytes
    }

    private func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("ociVersion", ociVersion)
        json.member("id", id)
        json.member("pid", pid)
        json.member("status", status.rawValue)
        json.member("bundle", bundle)
        json.member("rootfs", rootfs)
        json.member("created", created)
        if !annotations.isEmpty { json.member("annotations", annotations) }
        json.member("owner", owner)
        json.endObject()
    }
}
