internal import CommandLine
internal import OCI
internal import RuntimeCore

extension Command {
    static var events: Command {
        Command(
            name: "events",
            summary: "report the use of resources and every kill for lack of memory",
            synopsis: "<container-id>",
            description: """
                One JSON object a line: statistics in every interval, and an oom event when the kernel has killed a process
                of the container. Ends with the container, or at once with --stats.
                """,
            flags: [.interval, .stats],
            completes: .listed
        ) { (call) throws(RuntimeError) in
            let interval = call.values.text(.interval).flatMap { GoDuration($0) }?.nanoseconds ?? 5_000_000_000
            guard let nanoseconds = UInt64(exactly: interval), nanoseconds > 0 else {
                throw RuntimeError(.usage, "duration interval must be greater than 0")
            }
            try call.runtime.events(id: call.id, interval: nanoseconds, statsOnly: call.values.isOn(.stats)) {
                (event) throws(RuntimeError) in
                try Output.write(EventLine.json(of: event, id: call.id))
            }
            return 0
        }
    }
}
