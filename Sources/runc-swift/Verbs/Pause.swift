internal import OCI
internal import RuntimeCore

extension Command {
    static let pause = Command(
        name: "pause",
        summary: "stop every process of a container where it stands",
        synopsis: "<container-id>",
        description: "The cgroup is frozen. \"resume\" lets it go on."
    ) { (call) throws(RuntimeError) in
        try call.runtime.pause(id: call.id)
        return 0
    }

    static let resume = Command(
        name: "resume",
        summary: "let the processes of a paused container go on",
        synopsis: "<container-id>",
        description: "The cgroup is thawed."
    ) { (call) throws(RuntimeError) in
        try call.runtime.resume(id: call.id)
        return 0
    }
}
