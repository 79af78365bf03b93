internal import CommandLine
internal import OCI
internal import RuntimeCore

extension Command {
    static var pause: Command {
        Command(
            name: "pause",
            summary: "stop every process of a container where it stands",
            synopsis: "<container-id>",
            description: "The cgroup is frozen. \"resume\" lets it go on.",
            completes: .listed
        ) { (call) throws(RuntimeError) in
            try call.runtime.pause(id: call.id)
            return 0
        }
    }

    static var resume: Command {
        Command(
            name: "resume",
            summary: "let the processes of a paused container go on",
            synopsis: "<container-id>",
            description: "The cgroup is thawed.",
            completes: .listed
        ) { (call) throws(RuntimeError) in
            try call.runtime.resume(id: call.id)
            return 0
        }
    }
}
