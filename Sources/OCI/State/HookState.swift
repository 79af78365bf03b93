internal import JSON

/// The container's state as hooks get it on their standard input (runtime.md, "State").
package struct HookState: Equatable, Sendable {
    package var ociVersion: String
    package var id: String
    package var status: Lifecycle
    /// In the runtime's pid namespace; 0: none, and left out.
    package var pid: Int32
    package var bundle: String
    package var annotations: [String: String]

    package init(
        ociVersion: String,
        id: String,
        status: Lifecycle,
        pid: Int32,
        bundle: String,
        annotations: [String: String]
    ) {
        self.ociVersion = ociVersion
        self.id = id
        self.status = status
        self.pid = pid
        self.bundle = bundle
        self.annotations = annotations
    }

    package init(_ state: ContainerState, status: Lifecycle) {
        self.init(
            ociVersion: state.ociVersion,
            id: state.id,
            status: status,
            pid: status == .stopped ? 0 : state.initProcessPid,
            bundle: state.bundle,
            annotations: state.annotations
        )
    }

    /// One line of JSON.
    package func json() -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("ociVersion", ociVersion)
        json.member("id", id)
        json.member("status", status.rawValue)
        if pid != 0 { json.member("pid", pid) }
        json.member("bundle", bundle)
        if !annotations.isEmpty { json.member("annotations", annotations) }
        json.endObject()
        return json.bytes
    }
}
